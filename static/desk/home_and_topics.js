// Dragging blocks and articles on the arranging screen. What it does is what the arrows do: it moves the cards and
// gives their fields the names of their new places; without it the arrows work as they are.
(() => {
  const form = document.getElementById("arrange");
  if (!form) return;
  // Enter in a field saves, and does not press the first arrow.
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input:not([type=checkbox])")) {
      event.preventDefault();
      form.requestSubmit(form.querySelector('[value="save"]'));
    }
  });
  // After a small button, the focus moves to what it moved or added, once select2 has made its boxes.
  const { goesOn } = form.dataset;
  window.django.jQuery(() => {
    const place = goesOn && form.querySelector(`[name="${goesOn}"], [name="act"][value="${goesOn}"]`);
    if (place) (place.parentElement.querySelector(".select2-selection") ?? place).focus();
  });
  const renamed = (element, from, to) => {
    for (const name of ["name", "id", "for", "data-select2-id"]) {
      const value = element.getAttribute(name);
      if (value) element.setAttribute(name, value.replace(from, to));
    }
  };
  // A block's line says which it is: number, kind, and its title or where it takes its articles from.
  const describe = (block, b) => {
    const field = (name) => block.querySelector(`[name="b${b}-${name}"]`);
    const chosen = (name) => field(name).value && field(name).selectedOptions[0].text;
    const told = [chosen("kind"), field("title").value || chosen("section") || field("keyword").value].filter(Boolean);
    const [number, name] = block.querySelector(".block-name").children;
    number.textContent = b + 1;
    name.textContent = told.join(" · ");
    block.setAttribute("aria-label", block.getAttribute("aria-label").replace(/\d+/, b + 1));
  };
  const describeAll = () => form.querySelectorAll("[data-block]").forEach(describe);
  // The summary of a changed block is updated once it is sent.
  const change = ({ target }) => {
    const told = target.closest("[data-block]")?.querySelector("[data-changed]");
    if (told) told.textContent = told.dataset.changed;
    describeAll();
  };
  form.addEventListener("input", change);
  window.django.jQuery(form).on("change", "select", change); // select2 sends no event of the browser's
  // The answered page opens the blocks that are open here.
  for (const details of form.querySelectorAll("details")) {
    details.addEventListener("toggle", () => {
      details.querySelector('[name$="-open"]').value = details.open ? "1" : "";
    });
  }
  const relabelled = (card, place) =>
    card.querySelectorAll(":scope > .moves [aria-label]").forEach((button) => {
      button.setAttribute("aria-label", button.getAttribute("aria-label").replace(/\d+/, place + 1));
    });
  const number = () => {
    form.querySelectorAll("[data-block]").forEach((block, b) => {
      relabelled(block, b);
      for (const e of block.querySelectorAll(".fields *")) renamed(e, /(^|id_)b\d+/, `$1b${b}`);
      block.querySelectorAll("[data-slot]").forEach((slot, s) => {
        relabelled(slot, s);
        for (const e of slot.querySelectorAll(".fields *")) renamed(e, /(^|id_)b\d+s\d+/, `$1b${b}s${s}`);
        slot.querySelectorAll("[name=act]").forEach((e) => {
          e.value = `${e.value.split("-")[0]}-${b}-${s}`;
        });
      });
      block.querySelectorAll(":scope > p [name=act]").forEach((e) => {
        e.value = `${e.value.split("-")[0]}-${b}`;
      });
    });
    describeAll();
  };
  let dragged = null;
  form.querySelectorAll("[data-block], [data-slot]").forEach((card) => {
    const handle = document.createElement("span");
    handle.className = "handle";
    handle.textContent = "⠿";
    handle.setAttribute("aria-hidden", "true");
    card.querySelector(".moves").prepend(handle);
    handle.addEventListener("pointerdown", () => {
      card.draggable = true;
    });
    handle.addEventListener("pointerup", () => {
      card.draggable = false;
    });
    card.addEventListener("dragstart", (event) => {
      event.stopPropagation();
      dragged = card;
      card.classList.add("dragged");
    });
    card.addEventListener("dragend", () => {
      card.draggable = false;
      card.classList.remove("dragged");
      dragged = null;
      number();
    });
    card.addEventListener("dragover", (event) => {
      const kind = dragged && (dragged.matches("[data-slot]") ? "[data-slot]" : "[data-block]");
      const over = kind && event.target.closest(kind);
      if (!over || over === dragged || over.parentNode !== dragged.parentNode) return;
      event.preventDefault();
      const box = over.getBoundingClientRect();
      over.parentNode.insertBefore(dragged, event.clientY < box.top + box.height / 2 ? over : over.nextSibling);
    });
  });
})();
