// Tabs after the WAI-ARIA pattern, made of sections with headings: arrows, Home and End choose. A tab with an error in
// it is marked, and the first of them is open; else the one that was open on this page before.
(() => {
  for (const box of document.querySelectorAll("[data-tabs]")) {
    const panels = [...box.children].filter((child) => child.matches(".tab"));
    const list = document.createElement("div");
    list.setAttribute("role", "tablist");
    list.setAttribute("aria-label", box.dataset.tabs);
    const tabs = panels.map((panel) => makeTab(panel, box.dataset.faulty));
    const place = `newsroom:tab:${location.pathname}`;

    function choose(tab) {
      for (const [number, panel] of panels.entries()) {
        const isChosen = tabs[number] === tab;
        panel.hidden = !isChosen;
        tabs[number].setAttribute("aria-selected", isChosen);
        tabs[number].tabIndex = isChosen ? 0 : -1;
      }
      sessionStorage.setItem(place, tab.id);
    }

    for (const [number, tab] of tabs.entries()) {
      tab.addEventListener("click", () => choose(tab));
      tab.addEventListener("keydown", ({ key }) => {
        const steps = { ArrowRight: number + 1, ArrowLeft: number - 1 + tabs.length, Home: 0, End: tabs.length - 1 };
        if (!(key in steps)) return;
        const next = tabs[steps[key] % tabs.length];
        choose(next);
        next.focus();
      });
      panels[number].addEventListener("open-tab", () => choose(tab));
      panels[number].addEventListener("count", ({ detail }) => setCount(tab, detail));
    }
    list.append(...tabs);
    box.prepend(list);
    const before = sessionStorage.getItem(place);
    choose(tabs.find((tab) => tab.matches(".faulty")) ?? tabs.find((tab) => tab.id === before) ?? tabs[0]);
  }

  function setCount(tab, count) {
    tab.querySelector(".count")?.remove();
    if (!count) return;
    tab.append(" ", Object.assign(document.createElement("span"), { className: "count", textContent: count }));
  }

  function makeTab(panel, faulty) {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.id = `${panel.id}-tab`;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panel.id);
    const heading = panel.querySelector("h2");
    tab.append(...heading.childNodes);
    heading.className = "visually-hidden";
    heading.textContent = tab.firstChild.textContent.trim();
    if (panel.querySelector(".errorlist, .errors")) {
      tab.className = "faulty";
      const word = document.createElement("span");
      word.className = "visually-hidden";
      word.textContent = faulty;
      tab.append(" ", word);
    }
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    return tab;
  }
})();
