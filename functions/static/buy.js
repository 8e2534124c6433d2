// After choosing: opens the marketplace's checkout, whose script the page loads before this one, and waits for what
// was bought. The server decides by what the marketplace answers it; what the browser is told here changes no page.

const checkout = document.querySelector("#checkout");
if (checkout) pay(checkout);
const waiting = document.querySelector("#waiting");
if (waiting) wait(waiting.dataset.state);

// https://developer.paddle.com/paddlejs/methods/paddle-checkout-open
function pay(place) {
  const { token, sandbox, transaction, language, next } = place.dataset;
  const one = (id) => place.querySelector(`#${id}`);
  const Paddle = globalThis.Paddle;
  if (!Paddle) {
    one("failed").hidden = false;
    return;
  }

  function heard({ name }) {
    if (name === "checkout.completed") location.assign(next);
    if (name !== "checkout.closed") return;
    one("opening").hidden = true;
    one("closed").hidden = false;
    one("again").hidden = !transaction;
  }

  function open() {
    one("opening").hidden = false;
    one("closed").hidden = one("again").hidden = true;
    const settings = { displayMode: "overlay", locale: language, theme: dark() ? "dark" : "light" };
    Paddle.Checkout.open({ transactionId: transaction, settings });
  }

  one("again").querySelector("button").addEventListener("click", open);
  if (sandbox) Paddle.Environment.set("sandbox");
  // Opens by itself what the address names, where it names something.
  Paddle.Initialize({ token, eventCallback: heard });
  if (transaction) open();
}

function dark() {
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

// Loads the page anew once there is something else to say, so that nobody is interrupted for nothing.
async function wait(state) {
  for (let looks = 0; looks < 60; looks += 1) {
    await new Promise((done) => setTimeout(done, looks < 20 ? 3000 : 20000));
    const answer = await fetch(location.href).catch(() => null);
    if (!answer || answer.status >= 500) continue;
    if ((await answer.text()).includes(`data-state="${state}"`)) continue;
    location.reload();
    return;
  }
}
