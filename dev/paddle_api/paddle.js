// A stand-in for Paddle.js: as much of https://developer.paddle.com/paddlejs/overview as a vendor's page uses.
"use strict";

(() => {
  const home = new URL(document.currentScript.src).origin;
  let settings = null;
  let overlay = null;
  let opened = {};

  function close() {
    overlay?.remove();
    overlay = null;
  }

  function open(options) {
    if (!settings) throw new Error("Paddle.Initialize has to be called before Paddle.Checkout.open.");
    opened = { ...settings.checkout?.settings, ...options.settings };
    const query = new URLSearchParams({ token: settings.token });
    if (options.transactionId) query.set("transaction", options.transactionId);
    if (options.items) query.set("items", JSON.stringify(options.items));
    if (options.customData) query.set("custom_data", JSON.stringify(options.customData));
    close();
    overlay = document.createElement("iframe");
    overlay.name = "paddle_frame";
    overlay.title = "Checkout";
    overlay.src = `${home}/checkout?${query}`;
    const look = { position: "fixed", inset: "0", width: "100%", height: "100%", border: "0", zIndex: "2147483647" };
    Object.assign(overlay.style, look);
    document.body.append(overlay);
  }

  function hear(event) {
    if (event.origin !== home || event.source !== overlay?.contentWindow || !event.data.paddle) return;
    const { paddle: name, data } = event.data;
    settings.eventCallback?.({ name, data });
    if (name === "checkout.closed") close();
    if (name === "checkout.completed" && opened.successUrl) location.assign(opened.successUrl);
  }

  function initialize(given) {
    if (!given?.token) throw new Error("Paddle.Initialize needs a client-side token.");
    if (settings) throw new Error("Paddle is initialized already.");
    settings = given;
    addEventListener("message", hear);
    const linked = new URLSearchParams(location.search).get("_ptxn");
    if (linked) open({ transactionId: linked });
  }

  globalThis.Paddle = {
    Checkout: { open, close },
    Environment: { set: () => {} },
    Initialize: initialize,
    get Initialized() {
      return settings !== null;
    },
  };
})();
