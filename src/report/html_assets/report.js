"use strict";
// What the page can do beyond being read: light and dark, sorting, filtering, showing all, copying.
// It asks nobody for anything, and nothing on the page needs it.
(function () {
  var root = document.documentElement;
  function each(list, fn) { Array.prototype.forEach.call(list, fn); }
  function make(tag, attributes, text) {
    var e = document.createElement(tag);
    for (var k in attributes) e.setAttribute(k, attributes[k]);
    if (text) e.textContent = text;
    return e;
  }
  // In the page's language, which it brings along; else English.
  function said(word, english) { return root.getAttribute("data-" + word) || english; }
  function put(sentence, numbers) {
    return numbers.reduce(function (s, n) { return s.replace("%s", n.toLocaleString("en")); }, sentence);
  }
  function stored(value) {
    try {
      if (value) localStorage.setItem("ajar-theme", value);
      return localStorage.getItem("ajar-theme");
    } catch (e) { return null; }
  }

  var theme = document.getElementById("theme");
  function isDark() {
    var set = root.getAttribute("data-theme");
    return set ? set === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }
  function label() { theme.textContent = isDark() ? said("light", "Light") : said("dark", "Dark"); }
  var kept = stored();
  if (kept === "dark" || kept === "light") root.setAttribute("data-theme", kept);
  theme.hidden = false;
  label();
  theme.addEventListener("click", function () {
    var next = isDark() ? "light" : "dark";
    root.setAttribute("data-theme", next);
    stored(next);
    label();
  });

  function value(row, column) {
    var cell = row.cells[column], v = cell.getAttribute("data-v");
    return v === null ? cell.textContent.toLowerCase() : Number(v);
  }
  var FEW = 12, PRINTED = 400;
  each(document.querySelectorAll("table.sortable"), function (table) {
    var body = table.tBodies[0], rows = Array.prototype.slice.call(body.rows), most = FEW, words = "";
    var bar = make("p", { "class": "tools" }), find = make("input", {
      type: "search", placeholder: said("filter", "Filter"), "aria-label": said("filter-table", "Filter the table")
    }), more = make("button", { type: "button" }), count = make("span", { "class": "dim" });
    function show() {
      var hits = 0;
      rows.forEach(function (r) {
        var hit = !words || r.textContent.toLowerCase().indexOf(words) >= 0;
        hits += hit;
        r.hidden = !hit || hits > most;
      });
      more.hidden = hits <= most;
      more.textContent = put(said("all", "Show all %s"), [hits]);
      count.textContent = words ? put(said("hits", "%s of %s"), [hits, rows.length]) : "";
    }
    function sortBy(column, button) {
      var down = button.getAttribute("data-way") !== "down";
      each(table.tHead.querySelectorAll("button"), function (b) {
        b.removeAttribute("data-way");
        b.parentNode.removeAttribute("aria-sort");
      });
      button.setAttribute("data-way", down ? "down" : "up");
      button.parentNode.setAttribute("aria-sort", down ? "descending" : "ascending");
      var keyed = rows.map(function (r, i) { return { r: r, v: value(r, column), i: i }; });
      keyed.sort(function (a, b) {
        var order = a.v < b.v ? -1 : a.v > b.v ? 1 : 0;
        return order ? (down ? -order : order) : a.i - b.i;
      });
      rows = keyed.map(function (k) { return k.r; });
      var piece = document.createDocumentFragment();
      rows.forEach(function (r) { piece.appendChild(r); });
      body.appendChild(piece);
      show();
    }
    each(table.tHead.rows[0].cells, function (th, column) {
      var button = make("button", { type: "button" }, th.textContent);
      th.textContent = "";
      th.appendChild(button);
      button.addEventListener("click", function () { sortBy(column, button); });
    });
    if (rows.length > FEW) {
      bar.appendChild(find);
      bar.appendChild(count);
      table.parentNode.insertBefore(bar, table);
      table.parentNode.insertBefore(more, table.nextSibling);
      more.className = "more";
      find.addEventListener("input", function () { words = find.value.trim().toLowerCase(); show(); });
      more.addEventListener("click", function () { most = Infinity; show(); });
      addEventListener("beforeprint", function () { most = Math.max(most, PRINTED); show(); });
      show();
    }
  });

  each(document.querySelectorAll("pre.fix"), function (pre) {
    if (!navigator.clipboard) return;
    var box = make("div", { "class": "copy" }), button = make("button", { type: "button" }, said("copy", "Copy"));
    pre.parentNode.insertBefore(box, pre);
    box.appendChild(button);
    box.appendChild(pre);
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(pre.textContent).then(function () {
        button.textContent = said("copied", "Copied");
        setTimeout(function () { button.textContent = said("copy", "Copy"); }, 1500);
      });
    });
  });

  function openTarget() {
    var e = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (e && e.tagName === "DETAILS") {
      e.open = true;
      e.scrollIntoView();
    }
  }
  addEventListener("hashchange", openTarget);
  openTarget();

  var opened = [];
  addEventListener("beforeprint", function () {
    each(document.querySelectorAll("details:not([open])"), function (d, i) {
      if (i < 40) { d.open = true; opened.push(d); }
    });
  });
  addEventListener("afterprint", function () {
    opened.forEach(function (d) { d.open = false; });
    opened = [];
  });
})();
