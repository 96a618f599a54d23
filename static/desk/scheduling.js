// The usual times of publication fill the field of the time; the one that it has is pressed.
(() => {
  const group = document.querySelector("[data-fills]");
  const field = document.getElementById(group.dataset.fills);
  const buttons = [...group.querySelectorAll("button")];
  const press = () => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.value === field.value));
  };
  group.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    field.value = button.value;
    press();
  });
  field.addEventListener("input", press);
  press();
  group.hidden = false;
})();
