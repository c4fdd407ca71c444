/* Keys of the desk, and live numbers of its queue. Every page works without this file. */
(function () {
  "use strict";
  var table = document.querySelector("table[data-rows]");
  var live = document.querySelector("[data-live]");
  var dialog = document.getElementById("keys-dialog");
  var store = window.localStorage;
  var kept = window.sessionStorage;

  function rows() { return table ? Array.from(table.tBodies[0].rows) : []; }
  function link(row) { return row.querySelector(".m a"); }
  function byNumber(number) {
    return rows().find(function (row) { return row.dataset.case === number; });
  }
  // The case with the focus; else the one that is looked at.
  function current() {
    return rows().find(function (row) { return row.contains(document.activeElement); }) ||
      rows().find(function (row) { return row.hasAttribute("aria-current"); });
  }
  function focus(row) {
    if (!row) { return; }
    link(row).focus();
    row.scrollIntoView({ block: "nearest" });
  }
  function beside(row) {
    var all = rows();
    var at = all.indexOf(row);
    return all[at + 1] || all[at - 1];
  }
  // Where to go on after a step that leads to another page and back.
  function remember(row, done) {
    var next = beside(row);
    kept.setItem("desk-list", location.pathname + location.search);
    kept.setItem("desk-next", next ? next.dataset.case : "");
    if (done) { kept.setItem("desk-done", JSON.stringify(done)); }
  }
  function to(row, step) { return link(row).pathname + step + "/"; }

  function post(address) {
    var body = new URLSearchParams();
    body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    // A step that is done answers with a redirect, which is not followed: the list stays.
    return fetch(address, { method: "POST", body: body, redirect: "manual" }).then(function (answer) {
      return answer.type === "opaqueredirect";
    });
  }
  // The list is read again, and the focus goes to the case of this number.
  function again(number) {
    kept.setItem("desk-next", number || "");
    kept.setItem("desk-focus", "1");
    location.reload();
  }

  function claim(row) {
    var next = beside(row);
    post(to(row, "claim")).then(function (done) {
      if (!done) { location.assign(link(row).href); return; }
      kept.setItem("desk-done", JSON.stringify({ step: "release", number: row.dataset.case }));
      again(next ? next.dataset.case : "");
    });
  }
  function undo() {
    var done = JSON.parse(kept.getItem("desk-done") || "null");
    if (!done) { return; }
    kept.removeItem("desk-done");
    var address = "/desk/cases/" + encodeURIComponent(done.number) + "/" + done.step + "/";
    if (done.step !== "release") { location.assign(address); return; }
    post(address).then(function (ok) {
      if (ok) { again(done.number); } else { location.assign(address.replace("release/", "")); }
    });
  }
  function leave(row, step, done) {
    remember(row, done);
    location.assign(to(row, step));
  }
  function press(name) {
    var button = document.querySelector("[data-key=" + name + "]");
    if (button) { button.click(); }
  }
  function search() {
    var box = Array.from(document.querySelectorAll(".find input[type=search]")).find(function (each) {
      return each.offsetParent !== null;
    });
    if (box) { box.focus(); box.select(); }
  }
  // To the list as it was left, where it was left by a key.
  function go(name) {
    location.assign(name === "t" ? "/desk/" : (!live && kept.getItem("desk-list")) || "/desk/queue/");
  }

  var staff = live && live.hasAttribute("data-staff");
  var onRow = {
    l: function (row) { kept.setItem("desk-focus", "1"); kept.setItem("desk-next", row.dataset.case); row.querySelector("[data-look]").click(); }
  };
  if (staff) {
    onRow.x = function (row) {
      var box = row.querySelector("[name=case]");
      if (box) { box.click(); link(row).focus(); }
    };
    onRow.c = claim;
    onRow.o = function (row) { leave(row, "open"); };
    onRow.h = function (row) { leave(row, "give"); };
    onRow.m = function (row) { leave(row, "merge"); };
    onRow.d = function (row) { leave(row, "dismiss", { step: "reopen", number: row.dataset.case }); };
    onRow.n = function (row) { leave(row, "conflict"); };
  }
  function move(by) {
    var all = rows();
    var row = current();
    focus(row && row.contains(document.activeElement) ? all[all.indexOf(row) + by] : row || all[0]);
  }
  var waiting = "";
  function key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) { return; }
    var on = event.target;
    var box = on.matches && on.matches("input[type=checkbox]");
    if ((dialog && dialog.open) || on.isContentEditable || (!box && /^(INPUT|TEXTAREA|SELECT)$/.test(on.tagName))) { return; }
    var name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (event.shiftKey && name !== "?" && name !== "/") { return; }
    if (name === "?" && dialog) { event.preventDefault(); dialog.showModal(); return; }
    if (store.getItem("desk-keys") === "off") { return; }
    var after = waiting;
    waiting = "";
    var row = current();
    var inList = row && row.contains(on);
    if (after === "g" && (name === "t" || name === "q")) { go(name); }
    else if (name === "g") { waiting = "g"; setTimeout(function () { waiting = ""; }, 1500); }
    else if (name === "j" || (inList && name === "ArrowDown")) { move(1); }
    else if (name === "k" || (inList && name === "ArrowUp")) { move(-1); }
    else if (name === "/") { search(); }
    else if (name === "s") { press("s"); }
    else if (name === "u" && kept.getItem("desk-done")) { undo(); }
    else if (row && Object.hasOwn(onRow, name)) { onRow[name](row); }
    else { return; }
    event.preventDefault();
  }
  document.addEventListener("keydown", key);
  if (!live || !dialog) { return; }

  // The list of keys as a dialog, and the switch that turns single keys off.
  var list = document.querySelector("[data-keys] dl");
  dialog.querySelector("[data-keys-here]").append(list.cloneNode(true));
  dialog.querySelector("[data-close]").addEventListener("click", function () { dialog.close(); });
  var on = dialog.querySelector("[data-keys-on]");
  function shown() {
    var off = store.getItem("desk-keys") === "off";
    on.checked = !off;
    document.querySelectorAll("[data-hints]").forEach(function (hint) { hint.hidden = off; });
  }
  on.addEventListener("change", function () {
    if (on.checked) { store.removeItem("desk-keys"); } else { store.setItem("desk-keys", "off"); }
    shown();
  });
  shown();

  // Every case of the page at once.
  var all = document.querySelector("[data-tick-all]");
  if (all) {
    all.hidden = false;
    all.addEventListener("change", function () {
      rows().forEach(function (row) { row.querySelector("[name=case]").checked = all.checked; });
    });
  }

  // Back from a step by key: on with the next case.
  if (kept.getItem("desk-focus") || kept.getItem("desk-list") === location.pathname + location.search) {
    var number = kept.getItem("desk-next");
    kept.removeItem("desk-focus");
    kept.removeItem("desk-list");
    focus(byNumber(number) || (number !== null ? rows()[0] : null));
  }

  // Numbers while the page is open. Rows stay where they are until the reader asks for the new ones.
  function ask() {
    if (document.hidden) { return; }
    fetch(live.dataset.live, { headers: { Accept: "application/json", "X-Unattended": "1" } }).then(function (answer) {
      return answer.ok && !answer.redirected ? answer.json() : Promise.reject(answer.status);
    }).then(function (told) {
      document.querySelectorAll("[data-count]").forEach(function (place) {
        var path = place.dataset.count.split(".");
        var number = (told[path[0]] || {})[path[1]];
        if (number !== undefined && place.textContent !== number) { place.textContent = number; }
      });
      if (told.new && live.firstChild !== null && live.firstChild.data === told.new + ". ") { return; }
      live.replaceChildren();
      if (!told.new) { return; }
      var show = document.createElement("a");
      show.href = live.dataset.list;
      show.textContent = live.dataset.show;
      live.append(told.new + ". ", show);
    }).catch(function () { /* The next round asks again. */ });
  }
  setInterval(ask, 30000);
  document.addEventListener("visibilitychange", ask);
})();
