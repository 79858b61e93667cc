// What Gradio's page lacks: its language, what screen readers hear, copying, files, conversations kept in this browser, leaving quickly.
(() => {
  const words = {words};
  const language = "{language}";
  const exitAddress = "{exit}";
  const STORE = "wegwijzer";
  const root = document.documentElement;
  let current = null; // id of the kept conversation that is on the page

  // Gradio lets the page's language follow the browser; this page is in the language that is set.
  root.lang = language;
  new MutationObserver(() => { if (root.lang !== language) root.lang = language; }).observe(root, { attributes: true, attributeFilter: ["lang"] });

  function element(tag, properties = {}, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  // One voice for screen readers: an answer is announced once, when it stands there.
  const voice = element("div", { id: "voice" });
  voice.setAttribute("role", "status");
  voice.setAttribute("aria-live", "polite");
  function say(text) {
    if (!voice.isConnected) document.body.append(voice);
    voice.textContent = "";
    setTimeout(() => { voice.textContent = text; }, 50);
  }

  // Gradio labels its bubbles in English, chatters while it writes, and leaves the conversation out of the reach of the keyboard.
  function repair() {
    document.querySelectorAll('#chat [aria-live]').forEach((part) => part.setAttribute("aria-live", "off"));
    document.querySelectorAll('#chat [role="log"]').forEach((log) => { log.setAttribute("aria-label", words.conversation); log.tabIndex = 0; });
    document.querySelectorAll("#chat [data-testid=user], #chat [data-testid=bot]").forEach((bubble) => {
      const name = bubble.dataset.testid === "user" ? words.you : words.assistant;
      const holder = bubble.closest("[aria-label]") && !bubble.closest("[aria-label]").matches('[role="log"]') ? bubble.closest("[aria-label]") : bubble;
      if (holder.getAttribute("aria-label") !== name) { holder.setAttribute("aria-label", name); if (holder === bubble) holder.setAttribute("role", "group"); }
    });
    document.querySelectorAll('#introduction a[href$="en/"], #introduction a[href*="lang="]').forEach((link) => link.removeAttribute("target"));
    document.querySelectorAll('#chat a[href*="unit="], #evidence a[href*="unit="]').forEach((link) => { link.target = "_blank"; link.rel = "noopener"; });
  }

  // Gradio tells the place in the queue in English, over four parts of the page; it is told once, in the page's language.
  // Most questions wait for a moment only: nothing is told of that.
  const place = element("p", { id: "place", hidden: true });
  const PATIENCE = 1500;
  let waits = null; // since when this question has been in the queue
  function queued() {
    const told = document.querySelector(".progress-text");
    const [, number, count] = (told && told.textContent.match(/queue: (\d+)\/(\d+)/)) || [];
    waits = number ? waits || Date.now() : null;
    const long = waits && Date.now() - waits >= PATIENCE;
    const text = long ? words.queue_place.replace("{number}", number).replace("{count}", count) : "";
    if (text === place.textContent) return;
    place.textContent = text;
    place.hidden = !text;
    if (text) { document.querySelector("#question").after(place); say(text); }
  }

  // A new question goes to the top of the conversation, so that its answer is read from the beginning.
  let asked = 0;
  function follow() {
    const questions = document.querySelectorAll("#chat [data-testid=user]");
    const log = document.querySelector('#chat [role="log"]');
    if (log && questions.length > asked) {
      const question = questions[questions.length - 1];
      log.scrollTop += question.getBoundingClientRect().top - log.getBoundingClientRect().top - 40;
    }
    asked = questions.length;
  }
  new MutationObserver(() => requestAnimationFrame(() => { repair(); follow(); queued(); })).observe(root, { childList: true, characterData: true, subtree: true });

  // A marker shows its evidence; focus moves along for keyboards and screen readers.
  function show(event, link) {
    event.preventDefault();
    const quote = document.getElementById(link.getAttribute("href").split("#")[1]);
    if (!quote) return;
    document.querySelectorAll("#evidence .chosen").forEach((old) => old.classList.remove("chosen"));
    quote.classList.add("chosen");
    quote.closest(".evidence-entry").classList.add("chosen");
    quote.tabIndex = -1;
    quote.focus({ preventScroll: true });
    quote.scrollIntoView({ block: "center" });
  }

  async function copy(button) {
    const text = button.nextElementSibling.textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without https there is no clipboard: the old way.
      const area = element("textarea", { value: text });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    say(words.copied);
  }

  function leave() {
    try { sessionStorage.clear(); } catch { /* a browser without storage keeps nothing */ }
    document.body.replaceChildren();
    document.title = "";
    location.replace(exitAddress);
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href*="#bewijs-"]');
    if (link) show(event, link);
    else if (event.target.closest("button.copy")) copy(event.target.closest("button.copy"));
    else if (event.target.closest("#exit")) leave();
    else if (event.target.closest("#clear")) current = null;
  });

  function download({ name, type, data }) {
    if (!data) { say(words.feedback_none); return; }
    const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
    const address = URL.createObjectURL(new Blob([bytes], { type }));
    element("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  // Conversations in this browser: nothing is stored until the person switches it on; only questions are, and answers are asked again.
  const read = () => JSON.parse(localStorage.getItem(STORE) || "null");
  function write(conversations) { localStorage.setItem(STORE, JSON.stringify(conversations)); list(); }

  function keep(questions) {
    const kept = read();
    if (!kept) return;
    const others = kept.filter((one) => one.id !== current);
    if (!questions.length) { if (others.length !== kept.length) write(others); return; }
    const old = kept.find((one) => one.id === current);
    current = current || String(Date.now());
    write([{ id: current, name: old ? old.name : questions[0], questions }, ...others].slice(0, 50));
  }

  function open(conversation) {
    current = conversation.id;
    const box = document.querySelector("#again textarea, #again input");
    box.value = JSON.stringify(conversation.questions);
    box.dispatchEvent(new Event("input", { bubbles: true }));
    setTimeout(() => document.querySelector("#again-button").click(), 200);
  }

  function row(one) {
    const name = element("span", { textContent: one.name });
    const button = (text, act) => {
      const made = element("button", { type: "button", textContent: text, onclick: act });
      made.setAttribute("aria-label", `${text}: ${one.name}`);
      return made;
    };
    return element("li", {}, name,
      button(words.history_open, () => open(one)),
      button(words.history_rename, () => {
        const given = prompt(words.history_name, one.name);
        if (given) write(read().map((each) => (each.id === one.id ? { ...each, name: given.slice(0, 120) } : each)));
      }),
      button(words.history_delete, () => write(read().filter((each) => each.id !== one.id))));
  }

  function list() {
    const place = document.querySelector("#history");
    if (!place) return;
    let box = document.querySelector("#history-box");
    if (!box) {
      const check = element("input", { type: "checkbox", id: "history-keep" });
      check.onchange = () => { if (check.checked) write(read() || []); else { localStorage.removeItem(STORE); current = null; list(); } };
      box = element("div", { id: "history-box" }, element("label", {}, check, " " + words.history_keep), element("ul", {}),
        element("button", { type: "button", id: "history-erase", textContent: words.history_erase, onclick: () => { localStorage.removeItem(STORE); current = null; list(); } }));
      place.after(box);
    }
    const kept = read();
    box.querySelector("#history-keep").checked = kept !== null;
    box.querySelector("ul").replaceChildren(...(kept || []).map(row));
    box.querySelector("#history-erase").hidden = !kept || !kept.length;
  }
  const waiting = setInterval(() => { if (document.querySelector("#history")) { clearInterval(waiting); list(); repair(); } }, 100);

  // What the server says to this script stands in two hidden boxes; each message is new by its number.
  function hear({ announce, keep: questions, fresh, busy }) {
    document.querySelectorAll('#chat [role="log"]').forEach((log) => log.setAttribute("aria-busy", String(Boolean(busy))));
    if (fresh) return;
    if (busy) { if (announce) say(announce); return; }
    say(announce);
    keep(questions);
  }
  const heard = {};
  setInterval(() => {
    for (const [box, act] of [["signal", hear], ["file", download]]) {
      const value = document.querySelector(`#${box} textarea, #${box} input`)?.value;
      if (value && heard[box] !== value) { heard[box] = value; act(JSON.parse(value)); }
    }
  }, 150);
})();
