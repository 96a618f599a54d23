"""The article's form in a browser, as an editor uses it: the tests of the body editor share it."""

import base64

from tests.browser import forbidden_events

ADD = "/admin/articles/article/add/"
HAND_OVER = """([kind, selector, files, html]) => {
  const transfer = new DataTransfer();
  for (const [name, type, data] of files) {
    transfer.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], name, { type }));
  }
  if (html) transfer.setData("text/html", html);
  const target = document.querySelector(selector);
  const facts = { bubbles: true, cancelable: true };
  if (kind === "paste") {
    target.focus();
    target.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, ...facts }));
  } else {
    const { left, top } = target.getBoundingClientRect();
    const place = { clientX: left + 200, clientY: top + 40, dataTransfer: transfer, ...facts };
    for (const step of ["dragenter", "dragover", "drop"]) target.dispatchEvent(new DragEvent(step, place));
  }
}"""
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


class Desk:
    """A browser page with the article's form."""

    def __init__(self, browser, site, address=ADD, name="editor", locale="zh-CN"):
        self.site = site
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, locale=locale)
        self.page = self.context.new_page()
        self.wrong = forbidden_events(self.page, site)
        self.page.on(
            "response", lambda r: self.wrong.append(r.url) if r.status == 404 and "/static/" in r.url else None
        )
        self.page.goto(f"{site}/admin/login/?next={address}")
        self.page.fill("#id_username", name)
        self.page.fill("#id_password", f"secret-of-{name}")
        self.page.click("[type=submit]")
        self.ready()

    def ready(self):
        self.page.wait_for_function("() => window.CKEDITOR?.instances.id_body?.status === 'ready'")
        self.page.wait_for_selector("[data-words]:not([hidden])")

    def type(self, text):
        self.page.click(".cke_editable")
        self.page.keyboard.type(text)

    @property
    def text(self):
        return self.page.evaluate("CKEDITOR.instances.id_body.getData()").replace("\n", "").replace("\t", "")

    def hand_over(self, kind, *files, html=""):
        """Paste or drop files (name, type, bytes) and HTML."""
        packed = [[name, mime, base64.b64encode(data).decode()] for name, mime, data in files]
        self.page.evaluate(HAND_OVER, [kind, ".cke_editable", packed, html])

    def is_warned(self, said):
        """Wait until the editor shows this warning."""
        self.page.locator(".cke_notification_warning", has_text=said).wait_for()

    def dialog_is_closed(self):
        """Wait until no dialog is open, and what its closing does is done: the text has the focus again."""
        self.page.wait_for_function(
            "() => !document.querySelector('dialog.desk-picture:not([id])')"
            " && ![...document.querySelectorAll('.cke_dialog')].some((one) => one.checkVisibility())"
            " && document.activeElement.closest('.cke_editable')"
        )

    def has(self, words):
        """Wait until the text has these words."""
        self.page.wait_for_function("(words) => CKEDITOR.instances.id_body.getData().includes(words)", arg=words)

    def chosen(self, button):
        """Choose a file in the chooser that a button of the toolbar opens."""
        with self.page.expect_file_chooser() as choosing:
            self.page.click(f".cke_button__{button}")
        return choosing.value
