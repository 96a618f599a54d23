// The button next to an address copies it. Without a secure connection browsers have no clipboard: it is selected.
(() => {
  for (const button of document.querySelectorAll("[data-copy]")) {
    const address = button.parentElement.querySelector("input");
    button.hidden = false;
    button.addEventListener("click", async () => {
      address.select();
      await navigator.clipboard?.writeText(address.value);
      if (navigator.clipboard) button.textContent = button.dataset.done;
    });
  }
})();
