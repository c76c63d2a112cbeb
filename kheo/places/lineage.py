"""Who answers for an area on a day: the rows of `AreaLineage`, worked out from the successions."""
