"""How Kheo is put on a machine: the questions, the steps, and what is written for the machine.

`script/start` prepares the environment and calls `kheo install`. Each step looks whether it is done already,
so running again changes nothing that is right and goes on where a crash cut it off.
"""
