// Letters still on their way would be printed in another font.
document.querySelector("[data-print]")?.addEventListener("click", async () => {
  await document.fonts.ready;
  window.print();
});
