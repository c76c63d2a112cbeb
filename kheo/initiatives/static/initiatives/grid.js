// A table pasted into a cell is spread over the cells from there on. Without this file one pastes into the box above.
const form = document.querySelector("form[data-grid]");

form?.addEventListener("paste", (event) => {
  const start = event.target.closest("input");
  const text = event.clipboardData.getData("text/plain");
  if (!start || !/[\t\n]/.test(text.trim())) return;
  event.preventDefault();
  const rows = text.replace(/\r\n?/g, "\n").replace(/\n+$/, "").split("\n").map((row) => row.split("\t"));
  let line = start.closest("tr");
  const first = [...line.querySelectorAll("input")].indexOf(start);
  for (const cells of rows) {
    if (!line) line = another();
    const inputs = line.querySelectorAll("input");
    cells.forEach((cell, place) => {
      if (inputs[first + place]) inputs[first + place].value = cell.trim();
    });
    line = line.nextElementSibling;
  }
});

// One more empty line, numbered on from the last.
const another = () => {
  const body = form.querySelector("tbody");
  const line = body.lastElementChild.cloneNode(true);
  const number = body.rows.length + 1;
  line.cells[0].textContent = number;
  for (const doubt of line.querySelectorAll(".grid__doubt")) doubt.remove();
  for (const input of line.querySelectorAll("input")) {
    input.name = input.name.replace(/^cell-\d+/, `cell-${number}`);
    input.setAttribute("aria-label", input.getAttribute("aria-label").replace(/\d+$/, number));
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
    input.value = "";
  }
  body.append(line);
  return line;
};
