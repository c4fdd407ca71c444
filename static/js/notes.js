/* Typing @ and a name in a note ticks the colleague. Without this file the boxes are ticked by hand. */
(function () {
  "use strict";
  var boxes = Array.from(document.querySelectorAll("input[name=mention]"));
  var text = document.querySelector("textarea[name=body]");
  var list = document.getElementById("at");
  if (!boxes.length || !text || !list) { return; }
  var people = boxes.map(function (box) {
    return { box: box, name: document.querySelector('label[for="' + box.id + '"]').textContent.trim() };
  });
  var found = [];
  var at = 0;
  function fold(words) { return words.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase(); }
  // What was typed after the last @ before the caret, or null.
  function typed() {
    var before = text.value.slice(0, text.selectionStart);
    var part = /(?:^|\s)@([^\s@][^@\n]{0,40}|)$/.exec(before);
    return part ? part[1] : null;
  }
  function close() { found = []; list.hidden = true; list.replaceChildren(); text.setAttribute("aria-expanded", "false"); text.removeAttribute("aria-activedescendant"); }
  function mark() {
    Array.from(list.children).forEach(function (item, n) { item.setAttribute("aria-selected", String(n === at)); });
    text.setAttribute("aria-activedescendant", "at-" + at);
  }
  function show() {
    var part = typed();
    if (part === null) { close(); return; }
    found = people.filter(function (person) {
      return fold(person.name).split(/\s+/).some(function (word) { return word.indexOf(fold(part)) === 0; }) || fold(person.name).indexOf(fold(part)) === 0;
    }).slice(0, 6);
    if (!found.length) { close(); return; }
    at = 0;
    list.replaceChildren.apply(list, found.map(function (person, n) {
      var item = document.createElement("li");
      item.id = "at-" + n;
      item.setAttribute("role", "option");
      item.textContent = person.name;
      item.addEventListener("mousedown", function (event) { event.preventDefault(); at = n; take(); });
      return item;
    }));
    list.hidden = false;
    text.setAttribute("aria-expanded", "true");
    mark();
  }
  function take() {
    var person = found[at];
    var end = text.selectionStart;
    var start = text.value.lastIndexOf("@", end - 1);
    text.setRangeText("@" + person.name + " ", start, end, "end");
    person.box.checked = true;
    close();
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }
  text.setAttribute("role", "combobox");
  text.setAttribute("aria-autocomplete", "list");
  text.setAttribute("aria-controls", "at");
  text.setAttribute("aria-expanded", "false");
  text.addEventListener("input", show);
  text.addEventListener("blur", close);
  text.addEventListener("keydown", function (event) {
    if (!found.length) { return; }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      at = (at + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length;
      mark();
    } else if (event.key === "Enter" || event.key === "Tab") { take(); }
    else if (event.key === "Escape") { close(); }
    else { return; }
    event.preventDefault();
  });
})();
