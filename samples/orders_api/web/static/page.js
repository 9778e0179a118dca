// Shows orders live, and places new ones. The list is read at each (re)connection; from then on changes come by themselves.

const SHOWN = 50;
const byId = (id) => document.getElementById(id);
const rows = byId("rows");
const form = byId("form");
const lamp = byId("lamp");
const orders = new Map();
let products = new Map();

function element(name, { text = "", ...attributes } = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...(text === "" ? children : [text, ...children]));
  return made;
}

function light(state, text) {
  lamp.dataset.state = state;
  byId("lamp-text").textContent = text;
}

function rowOf(order) {
  const pill = element("span", {
    text: order.status === "received" ? "waiting" : order.status,
    class: "pill",
    "data-status": order.status,
  });
  if (order.notified_at) {
    pill.dataset.told = "yes";
    pill.title = "The customer was told by mail";
  }
  const what = element("td", { class: "what", text: order.lines.map((line) => `${line.quantity} × ${line.name}`).join(", ") });
  if (order.reason) what.append(element("small", { text: order.reason }));
  const time = element("time", { text: new Date(order.created_at).toLocaleTimeString(), datetime: order.created_at });
  const action = element("td", { class: "action" });
  if (order.status === "received") {
    const button = element("button", { text: "Cancel", type: "button", "aria-label": `Cancel order ${order.id}` });
    button.addEventListener("click", () => cancel(order.id));
    action.append(button);
  }
  return element(
    "tr",
    { id: `order-${order.id}`, "data-status": order.status },
    element("td", { class: "number", text: `${order.id}` }),
    element("td", {}, pill),
    element("td", { class: "customer", text: order.customer_id }),
    what,
    element("td", { class: "money", text: `${order.total} €` }),
    element("td", { class: "when" }, time),
    action,
  );
}

function show(order, { live }) {
  const known = orders.get(order.id);
  if (known && known.status !== "received" && order.status === "received") return; // older news than what is shown
  orders.set(order.id, order);
  const row = rowOf(order);
  const old = byId(`order-${order.id}`);
  if (live) row.classList.add(old ? "changed" : "new");
  if (old) {
    const hadFocus = old.contains(document.activeElement);
    old.replaceWith(row);
    if (hadFocus) byId("orders").focus({ preventScroll: true });
  } else {
    const next = [...rows.children].find((each) => Number(each.id.slice(6)) < order.id);
    rows.insertBefore(row, next ?? null);
  }
  while (rows.children.length > SHOWN) {
    orders.delete(Number(rows.lastElementChild.id.slice(6)));
    rows.lastElementChild.remove();
  }
  count();
}

function count() {
  byId("empty").hidden = orders.size > 0;
  for (const status of ["received", "processed", "refused", "cancelled"]) {
    const place = byId(`count-${status}`);
    const number = `${[...orders.values()].filter((each) => each.status === status).length}`;
    if (place.textContent === number) continue;
    place.textContent = number;
    place.classList.remove("changed");
    void place.offsetWidth; // begins the animation anew
    place.classList.add("changed");
  }
}

async function readOrders() {
  const answer = await fetch(`/orders?limit=${SHOWN}`);
  if (!answer.ok) return false;
  for (const order of await answer.json()) show(order, { live: false });
  return true;
}

async function readProducts() {
  const answer = await fetch("/products");
  if (!answer.ok) return false;
  products = new Map((await answer.json()).map((each) => [each.sku, each]));
  const chosen = form.sku.value;
  form.sku.replaceChildren(
    ...[...products.values()].map((each) =>
      element("option", { text: `${each.name}, ${each.price} € (${each.stock} left)`, value: each.sku }),
    ),
  );
  if (products.has(chosen)) form.sku.value = chosen;
  total();
  return true;
}

async function read(source) {
  const areRead = await Promise.all([readOrders(), readProducts()]).catch(() => [false]);
  if (source.readyState !== EventSource.OPEN) return; // the next connection reads again
  if (areRead.every(Boolean)) {
    light("live", "open, live");
  } else {
    light("waiting", "open, its books out of reach");
    setTimeout(read, 2000, source);
  }
}

function total() {
  const product = products.get(form.sku.value);
  const cents = product ? Math.round(Number(product.price) * 100) * Number(form.quantity.value) : 0;
  byId("total").value = (cents / 100).toFixed(2);
}

function say(kind, text) {
  byId("answer").dataset.kind = kind;
  byId("answer").textContent = text;
}

async function problemOf(answer) {
  const problem = await answer.json().catch(() => ({}));
  return problem.detail ?? `The shop answered ${answer.status}.`;
}

// The same order keeps its key until it has been answered, so that trying again cannot order twice.
const newKey = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`; // randomUUID is for https and localhost only
let key = newKey();

async function place(event) {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const answer = await fetch("/orders", {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": key },
      body: JSON.stringify({
        customer_id: form.customer.value.trim(),
        lines: [{ sku: form.sku.value, quantity: Number(form.quantity.value) }],
      }),
    });
    if (answer.ok) {
      const order = await answer.json();
      if (!orders.has(order.id)) show(order, { live: true });
      say("good", `Order ${order.id} is taken.`);
    } else {
      say("bad", await problemOf(answer));
    }
    if (answer.status < 500) key = newKey();
  } catch {
    say("bad", "The shop did not answer. Try again: the order is not placed twice.");
  } finally {
    button.disabled = false;
    button.focus();
  }
}

async function cancel(id) {
  try {
    const answer = await fetch(`/orders/${id}/cancel`, { method: "POST" });
    if (!answer.ok) say("bad", await problemOf(answer));
  } catch {
    say("bad", "The shop did not answer.");
  }
}

function listen() {
  const source = new EventSource("/events");
  source.addEventListener("open", () => read(source));
  source.addEventListener("order", (event) => show(JSON.parse(event.data), { live: true }));
  source.addEventListener("error", () => {
    light("waiting", "closed, knocking again");
    if (source.readyState === EventSource.CLOSED) {
      source.close();
      setTimeout(listen, 2000);
    }
  });
}

form.addEventListener("submit", place);
form.addEventListener("input", total);
for (const each of [byId("shop"), lamp]) each.hidden = false;
light("waiting", "opening");
listen();
