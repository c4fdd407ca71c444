/* Keys of the desk, and live numbers of its queue. Every page works without this file. */
(function () {
  "use strict";
  var main = document.getElementById("main");
  var table = document.querySelector("table[data-rows]");
  var live = document.querySelector("[data-live]");
  var tickAll = document.querySelector("[data-tick-all]");
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
    // With nothing left in the list the reader is at its page, not nowhere.
    if (!row) { main.focus(); return; }
    link(row).focus();
    row.scrollIntoView({ block: "nearest" });
  }
  function beside(row) {
    var all = rows();
    var at = all.indexOf(row);
    return all[at + 1] || all[at - 1];
  }
  // Where to go on after a step that leads to another page and back.
  function remember(next) {
    kept.setItem("desk-list", location.pathname + location.search);
    kept.setItem("desk-next", next ? next.dataset.case : "");
  }
  // The page that follows is reached by a key: it says where the focus is.
  function byKey() { kept.setItem("desk-key", "1"); }
  function to(row, step) { return link(row).pathname + step + "/"; }

  function token() { return document.querySelector("[name=csrfmiddlewaretoken]").value; }
  function post(address, fields) {
    var body = new URLSearchParams(fields || []);
    body.set("csrfmiddlewaretoken", token());
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
      did({ address: to(row, "release"), number: row.dataset.case });
      again(next ? next.dataset.case : "");
    });
  }

  // What was done last, and how it is undone: a page says it with a form of its own.
  var way = document.querySelector("form[data-undo]");
  var UNDONE_WITHIN = 10 * 60 * 1000;
  function did(done) {
    done.at = Date.now();
    kept.setItem("desk-done", JSON.stringify(done));
  }
  function undo() {
    var done = JSON.parse(kept.getItem("desk-done") || "null");
    kept.removeItem("desk-done");
    kept.removeItem("desk-way");
    if (!done || Date.now() - done.at > UNDONE_WITHIN) { return; }
    if (way && way.action === done.address) { byKey(); way.requestSubmit(); return; }
    if (live && done.number) {
      post(done.address, done.fields).then(function (ok) {
        if (ok) { again(done.number); } else { location.assign("/desk/cases/" + encodeURIComponent(done.number) + "/"); }
      });
      return;
    }
    var form = document.createElement("form");
    form.method = "post";
    form.action = done.address;
    (done.fields || []).concat([["csrfmiddlewaretoken", token()]]).forEach(function (pair) {
      var field = document.createElement("input");
      field.type = "hidden";
      field.name = pair[0];
      field.value = pair[1];
      form.append(field);
    });
    main.append(form);
    byKey();
    form.submit();
  }
  // Read again, a page does not say it again: something else may have been done since.
  if (way && kept.getItem("desk-way") !== way.action) {
    kept.setItem("desk-way", way.action);
    did({
      address: way.action,
      number: way.dataset.undo,
      fields: Array.from(new FormData(way)).filter(function (pair) { return pair[0] !== "csrfmiddlewaretoken"; })
    });
  }

  // To a page where the step is taken; a look beside the list knows more of it, such as with which case.
  function leave(row, step) {
    var place = to(row, step);
    var known = document.querySelector('.peek .stack a[href^="' + place + '"]');
    remember(beside(row));
    byKey();
    location.assign(known ? known.href : place);
  }
  function ticked() {
    return rows().filter(function (row) { return row.querySelector("[name=case]:checked"); });
  }
  // One step for all that are ticked, or for the case with the focus.
  function step(kind, one) {
    return function (row) {
      var many = ticked();
      if (!many.length) { leave(row, one); return; }
      var all = rows();
      var at = row ? all.indexOf(row) : 0;
      var free = all.slice(at).concat(all.slice(0, at).reverse()).find(function (each) { return many.indexOf(each) < 0; });
      remember(free);
      kept.setItem("desk-focus", "1");
      byKey();
      document.querySelector("#bulk [value=" + kind + "]").click();
    };
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
    l: function (row) {
      var look = row.querySelector("[data-look]");
      // There is no room beside the list on a narrow screen: the case itself is opened.
      if (!look.offsetParent) { link(row).click(); return; }
      kept.setItem("desk-focus", "1");
      kept.setItem("desk-next", row.dataset.case);
      look.click();
    }
  };
  var onTicked = {};
  if (staff) {
    onRow.x = function (row) {
      var box = row.querySelector("[name=case]");
      if (box) { box.click(); link(row).focus(); }
    };
    onRow.c = claim;
    onRow.o = function (row) { leave(row, "open"); };
    onRow.h = onTicked.h = step("assign", "give");
    onRow.m = onTicked.m = step("merge", "merge");
    onRow.d = onTicked.d = step("dismiss", "dismiss");
    onRow.n = function (row) { leave(row, "conflict"); };
  }
  function move(by) {
    var all = rows();
    var row = current();
    if (row && row.contains(document.activeElement)) { row = all[all.indexOf(row) + by] || row; }
    focus(row || all[0]);
  }
  var waiting = "";
  function key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) { return; }
    var on = event.target;
    var box = on.matches && on.matches("input:is([type=checkbox],[type=radio])");
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
    else if (name === "a" && tickAll) { tickAll.click(); }
    else if (name === "u" && kept.getItem("desk-done")) { undo(); }
    else if (row && Object.hasOwn(onRow, name)) { onRow[name](row); }
    else if (Object.hasOwn(onTicked, name) && ticked().length) { onTicked[name](null); }
    else { return; }
    event.preventDefault();
  }
  document.addEventListener("keydown", key);

  // Reached by a key, a page has the focus at its first field, or else at its beginning.
  var reached = kept.getItem("desk-key");
  kept.removeItem("desk-key");
  if (reached && !live && !document.querySelector(".errors")) {
    var fields = Array.from(document.querySelectorAll(
      ".main form[novalidate] :is(input:not([type=hidden],[name=case]),select,textarea,.btn--main)"));
    var first = fields.find(function (field) { return field.offsetParent; }) || main;
    (fields.find(function (field) { return field.name && field.name === first.name && field.checked; }) || first).focus();
  }
  document.addEventListener("submit", function (event) {
    if (event.target.method !== "post" || event.target.id === "bulk" || event.defaultPrevented) { return; }
    // Something else is done now: what was done before is not the last any more.
    kept.removeItem("desk-done");
    if (reached) { byKey(); }
  });
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
  if (tickAll) {
    tickAll.hidden = false;
    tickAll.addEventListener("change", function () {
      rows().forEach(function (row) { row.querySelector("[name=case]").checked = tickAll.checked; });
    });
    table.tBodies[0].addEventListener("change", function () { tickAll.checked = ticked().length === rows().length; });
  }

  // A case that is opened from the list: back at the list, it has the focus again.
  if (table) {
    table.addEventListener("click", function (event) {
      var opened = event.target.closest(".m a");
      // Where no pointer took part, it was a key.
      if (!opened || event.detail) { return; }
      remember(opened.closest("tr"));
      byKey();
    });
  }

  // Back from a step by key: on with the next case.
  if (reached || kept.getItem("desk-focus") || kept.getItem("desk-list") === location.pathname + location.search) {
    var number = kept.getItem("desk-next");
    kept.removeItem("desk-focus");
    kept.removeItem("desk-list");
    focus(byNumber(number) || rows()[0]);
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
