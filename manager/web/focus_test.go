package web_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"chatsim/manager"
	"chatsim/manager/listen/listentest"
	"chatsim/manager/web"
)

// at waits until the keyboard is in a field.
func (b *tab) at(id string) {
	b.t.Helper()
	b.until("document.activeElement.id === '" + id + "' && document.activeElement.checkVisibility()")
}

// press presses keys where the keyboard is, which has to be in a field.
func (b *tab) press(id, keys string) {
	b.t.Helper()
	b.at(id)
	b.run(chromedp.KeyEvent(keys))
}

// Whatever has happened, the keyboard is where one goes on: at the log-in in the field
// that is empty or wrong, in the room in the line that one writes.
func TestOneGoesOn(t *testing.T) {
	t.Parallel()
	addr := listentest.Port(t)
	with := func(password string) *house {
		return openAt(t, listentest.Open(t, addr), manager.Config{History: 200, Password: password, OperatorPassword: "tiller"}, web.Config{})
	}
	h := with("sesame")
	ann := newTab(t, "http://"+addr+"/", look{width: 390, height: 780})
	ann.allow("ERR_CONNECTION_REFUSED")
	ann.press("name", "ann"+kb.Enter)
	ann.press("password", "wrong"+kb.Enter)
	ann.shows("#password-hint", "That is not the password")
	ann.at("password")
	ann.reload()
	ann.press("password", "sesame"+kb.Enter)
	ann.press("text", "hello"+kb.Enter)
	ann.shows("#log", "hello")
	ann.reload()
	ann.shows("#log", "Said before you reloaded the page")
	ann.at("text")

	// To one person alone and back, from the list as it is on a phone; and a dialog.
	bob := newTab(t, "http://"+addr+"/?name=bob", look{})
	bob.press("password", "sesame"+kb.Enter)
	ann.shows("#people", "2 online")
	ann.click("#people")
	ann.press("roster", kb.Escape)
	ann.press("people", kb.Enter)
	ann.press("roster", kb.End+kb.Enter)
	ann.shows("#to", "Privately to bob")
	ann.at("text")
	ann.click("#everybody")
	ann.press("text", "/op"+kb.Enter)
	ann.press("word", kb.Escape)
	ann.press("text", "hi @b")
	ann.until("document.getElementById('names').checkVisibility()")
	ann.press("text", kb.Escape)
	ann.until("!document.getElementById('names').checkVisibility()")
	ann.eval("document.getElementById('text').value = ''")

	// Out and in again, by the keyboard.
	if err := h.room.Kick("ann", ""); err != nil {
		t.Fatal(err)
	}
	ann.shows("#banner", "You are out")
	ann.at("text")
	ann.eval("document.getElementById('again').focus()")
	ann.press("again", kb.Enter)
	ann.until("document.getElementById('banner').hidden")
	ann.press("text", "/leave"+kb.Enter)
	ann.press("name", kb.Enter)
	ann.press("text", "/op"+kb.Enter)
	ann.at("word")

	// The room is opened anew with another password: neither the dialog nor the
	// conversation is what one sees.
	h.shut()
	bob.allow("ERR_CONNECTION_REFUSED")
	with("open")
	ann.retries("document.getElementById('password-hint').textContent.includes('That is not the password')")
	ann.until("!document.getElementById('op').open")
	ann.at("password")
	bob.retries("document.activeElement.id === 'password'")
	bob.press("password", "open"+kb.Enter)
	bob.at("text")
}
