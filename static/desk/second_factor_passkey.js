// Passkeys: a button asks the browser, and the form takes its answer along. Without this script, codes work.
(() => {
  if (!window.PublicKeyCredential) return;

  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");
  const known = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

  const options = async (button) => {
    const body = new URLSearchParams(button.dataset.passkey === "new" ? { new: "1" } : {});
    body.set("csrfmiddlewaretoken", button.form.elements.csrfmiddlewaretoken.value);
    const answer = await fetch(button.dataset.challenge, { method: "POST", body });
    if (!answer.ok) throw new Error(answer.statusText);
    return answer.json();
  };

  const ask = async (button) => {
    const asked = await options(button);
    asked.challenge = bytes(asked.challenge);
    if (button.dataset.passkey === "new") {
      asked.user.id = bytes(asked.user.id);
      asked.excludeCredentials = known(asked.excludeCredentials);
      return navigator.credentials.create({ publicKey: asked });
    }
    asked.allowCredentials = known(asked.allowCredentials);
    return navigator.credentials.get({ publicKey: asked });
  };

  const described = ({ id, rawId, type, response }) => {
    const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
    const given = parts.filter((part) => response[part]).map((part) => [part, text(response[part])]);
    return JSON.stringify({
      id,
      rawId: text(rawId),
      type,
      response: Object.fromEntries(given),
      clientExtensionResults: {},
    });
  };

  for (const button of document.querySelectorAll("button[data-passkey]")) {
    const { form } = button;
    const failed = form.querySelector("[data-passkey-failed]");
    form.querySelector("[data-without-passkeys]")?.remove();
    button.hidden = false;
    button.addEventListener("click", async () => {
      failed.hidden = true;
      button.disabled = true;
      try {
        form.elements[button.dataset.field].value = described(await ask(button));
        form.submit();
      } catch {
        failed.hidden = false;
        button.disabled = false;
      }
    });
  }
})();
