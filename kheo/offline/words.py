"""The sentences of the app on the phone, by the key under which its scripts ask for them.

`told()` gives all of them in the language of the moment; the page carries them as JSON. Where a number
decides, there are two: `key.one` and `key.other`. {names} in braces are filled in on the phone.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

WORDS: dict[str, Any] = {
    # The app and where one is in it
    "app.name": pgettext_lazy("phone", "Khéo in the field"),
    "app.about": _("Reports and registrations of Khéo, also where there is no signal."),
    "app.opening": pgettext_lazy("phone", "Opening…"),
    "app.broken": _(
        "The app did not open. Close it and open it again; what was written on this device is still there."
    ),
    "nav.label": pgettext_lazy("phone", "Places of the app"),
    "nav.skip": pgettext_lazy("phone", "Skip to the content"),
    "nav.home": pgettext_lazy("phone", "First page"),
    "nav.back": pgettext_lazy("phone", "Back"),
    "nav.initiatives": pgettext_lazy("phone", "Initiatives"),
    "nav.outbox": pgettext_lazy("phone", "Outbox"),
    "nav.phone": pgettext_lazy("phone", "This phone"),
    "version.new": _("A new version of the app is ready. What you are writing is kept."),
    "version.use": pgettext_lazy("phone", "Use it now"),
    "revoked.handing_in": _(
        "Your office has ended this phone's use. It hands in what it holds, also what is unfinished, "
        "and then empties itself."
    ),
    "shared.again": _(
        "What was shared did not arrive, because the app had not been opened here before. Share it once more."
    ),
    "shared.full": _(
        "There was no room for the shared photos. Free some space on the phone and share them once more."
    ),
    "notice.seen": pgettext_lazy("phone", "Understood"),
    # The connection, in words
    "net.on": pgettext_lazy("phone", "Connected"),
    "net.off": pgettext_lazy("phone", "No signal"),
    "net.trouble": pgettext_lazy("phone", "Server not taking it"),
    "net.busy": pgettext_lazy("phone", "Sending and fetching…"),
    "net.off_long": _(
        "No signal. What you write is kept on this phone and is sent by itself once there is signal."
    ),
    "clock.wrong": _(
        "This phone's clock says {day}, but Khéo was last reached on {known}. Check the clock; nothing "
        "is lost either way."
    ),
    # The first page
    "home.hello": pgettext_lazy("phone", "Hello, {name}"),
    "home.report": pgettext_lazy("phone", "Write a report"),
    "home.register": pgettext_lazy("phone", "Register an initiative"),
    "home.attention": pgettext_lazy("phone", "Needs your attention"),
    "home.going.one": _("{n} thing waits to be sent"),
    "home.going.other": _("{n} things wait to be sent"),
    "home.drafts": pgettext_lazy("phone", "Being written"),
    "home.due": pgettext_lazy("phone", "Due from you"),
    "home.initiatives": pgettext_lazy("phone", "My initiatives"),
    "home.all.one": pgettext_lazy("phone", "See {n} initiative"),
    "home.all.other": pgettext_lazy("phone", "See all {n} initiatives"),
    "home.sent": pgettext_lazy("phone", "Sent"),
    "home.sent_all.one": _("See what was sent ({n})"),
    "home.sent_all.other": _("See what was sent ({n})"),
    "draft.changed": pgettext_lazy("phone", "changed {at}"),
    "due.by": pgettext_lazy("phone", "due {day}"),
    "due.late": pgettext_lazy("phone", "overdue"),
    "due.any_time": pgettext_lazy("phone", "whenever a period ends"),
    "due.on_web": pgettext_lazy("phone", "done on the website"),
    "due.none": _("Nothing is due from you"),
    "due.none_why": _("Report periods and deadlines of the plan appear here by themselves."),
    # What was fetched
    "pack.at": _("As of {at}, {size} on this phone"),
    "pack.never": pgettext_lazy("phone", "Nothing was fetched yet"),
    "pack.refresh": pgettext_lazy("phone", "Fetch anew"),
    "pack.refreshing": pgettext_lazy("phone", "Fetching…"),
    "pack.fetch": pgettext_lazy("phone", "Fetch now"),
    "pack.none": _("Your initiatives are not on this phone yet"),
    "pack.none_why": _("They come once there is signal, and stay here afterwards."),
    # Initiatives
    "initiatives.title": pgettext_lazy("phone", "My initiatives"),
    "initiatives.count.one": pgettext_lazy("phone", "{n} initiative is running"),
    "initiatives.count.other": pgettext_lazy("phone", "{n} initiatives are running"),
    "initiatives.none": _("No initiative is running yet"),
    "initiatives.none_why": _("Register the first one; it is shown here once the committee has accepted it."),
    "initiative.last": pgettext_lazy("phone", "last report {day}"),
    "initiative.never": pgettext_lazy("phone", "no report yet"),
    "sample.mark": _("sample"),
    "sample.why": _("Invented for the demonstration"),
    "initiative.due": pgettext_lazy("phone", "something is due"),
    "initiative.place": pgettext_lazy("phone", "Place"),
    "initiative.owner": pgettext_lazy("phone", "Led by"),
    "initiative.field": pgettext_lazy("phone", "Field of work"),
    "initiative.year": pgettext_lazy("phone", "Year"),
    "initiative.state": pgettext_lazy("phone", "State"),
    "initiative.target": pgettext_lazy("phone", "Target"),
    "initiative.last_day": pgettext_lazy("phone", "Last report"),
    "initiative.reached": pgettext_lazy("phone", "Reached so far"),
    "initiative.figures": pgettext_lazy("phone", "Figures so far"),
    "initiative.go_on": _("Go on writing the report"),
    "initiative.web": pgettext_lazy("phone", "Open on the website"),
    "initiative.history": _("What you sent about it"),
    "initiative.gone": pgettext_lazy("phone", "Not on this phone"),
    "initiative.gone_why": _(
        "It has ended, or another body looks after it now. What you have written about it is kept."
    ),
    "search.label": _("Find by name or hamlet"),
    "search.found.one": pgettext_lazy("phone", "{n} found"),
    "search.found.other": pgettext_lazy("phone", "{n} found"),
    "search.none": pgettext_lazy("phone", "Nothing is called that"),
    "search.none_why": _("Try fewer letters; marks may be left out."),
    "which.title": _("Which initiative do you report on?"),
    "which.lead": _("Choose one; the form opens at once, also without signal."),
    "which.shared.one": _("{n} photo was taken over. Choose what it is about."),
    "which.shared.other": _("{n} photos were taken over. Choose what they are about."),
    "which.begun": _("begun already, go on writing"),
    # Kinds of things one writes
    "kind.report": pgettext_lazy("phone", "Report of results"),
    "kind.registration": pgettext_lazy("phone", "Registration of an initiative"),
    "kind.unit_report": _("Periodic report of the unit"),
    "kind.continuing": pgettext_lazy("phone", "Continuing this year"),
    "kind.initiative": pgettext_lazy("phone", "Initiative"),
    "lead.report": _("What one initiative reached, with figures and photos."),
    "lead.registration": _("A new model or exemplar of your unit."),
    "lead.unit_report": _("Every running initiative a line, then results in words."),
    "lead.continuing": _("Tick what goes on; leave out what has stopped."),
    # Writing
    "form.required": pgettext_lazy("phone", "required"),
    "form.example": pgettext_lazy("phone", "For example:"),
    "form.optional": _("if there is something to tell"),
    "form.filled.one": pgettext_lazy("phone", "{n} filled in"),
    "form.filled.other": pgettext_lazy("phone", "{n} filled in"),
    "form.yes": pgettext_lazy("phone", "yes"),
    "form.saves": _("Kept on this phone as you type"),
    "form.saved": _("Kept on this phone, {at}"),
    "form.not_saved": _("Not kept just now. What you typed is still on the screen."),
    "form.review": pgettext_lazy("phone", "Look over and send"),
    "form.wrong.one": _("{n} place needs a change"),
    "form.wrong.other": _("{n} places need a change"),
    "form.correcting": pgettext_lazy("phone", "To be corrected:"),
    "form.discard": pgettext_lazy("phone", "Throw this draft away"),
    "form.discarded": _("Thrown away. It can be brought back for 7 days, under “This phone”."),
    "form.gone": _("This draft is not here any more"),
    "form.gone_why": _("It was sent or thrown away."),
    "form.no_pack": _("The form is not on this phone yet"),
    "form.no_pack_why": _("It comes with the next signal. What you have written is kept."),
    "wrong.empty": pgettext_lazy("phone", "This is still empty."),
    "wrong.choose": _("Choose one from the list."),
    "wrong.date": _("This is not a date. Write day/month/year, for example 23/05/2026."),
    "wrong.long": _("Too long: {n} letters, at most {most}."),
    "wrong.number": _("Write the figure, for example {example}."),
    "date.today": pgettext_lazy("phone", "Today"),
    "date.calendar": _("Choose from the calendar: {label}"),
    "choice.list": pgettext_lazy("phone", "Names known here"),
    "choice.find": pgettext_lazy("phone", "Type to find"),
    "choice.none": _("Nothing fits. Type fewer letters."),
    "choice.taken": pgettext_lazy("phone", "Chosen: {label}"),
    # In which commune one is
    "position.use": pgettext_lazy("phone", "Use my position"),
    "position.why": _(
        "This phone looks which commune it is in. Only the commune is taken: your position is neither kept "
        "nor sent."
    ),
    "position.searching": pgettext_lazy("phone", "Looking for your position…"),
    "position.wait": _("It may take a minute, best under open sky. You can choose from the list meanwhile."),
    "position.stop": pgettext_lazy("phone", "Stop looking"),
    "position.found": _(
        "You are in {name} (to within {metres} m). It is chosen; you can choose another from the list."
    ),
    "position.near": _("You are close to a border. Which of these is it?"),
    "position.not_here": _(
        "You are in {names}, where your post registers nothing. Choose the commune from the list."
    ),
    "position.outside": _(
        "You are outside all communes whose borders are on this phone. Choose the commune from the list."
    ),
    "position.failed": _("Your position could not be found. Choose the commune from the list."),
    "photo.camera": pgettext_lazy("phone", "Take a photo"),
    "photo.gallery": pgettext_lazy("phone", "From the gallery"),
    "photo.label": pgettext_lazy("phone", "Photo {n} of {count}"),
    "photo.left.one": _("{n} photo still to come"),
    "photo.left.other": _("{n} photos still to come"),
    "photo.count.one": pgettext_lazy("phone", "{n} photo"),
    "photo.count.other": pgettext_lazy("phone", "{n} photos"),
    "photo.added.one": pgettext_lazy("phone", "{n} photo added"),
    "photo.added.other": pgettext_lazy("phone", "{n} photos added"),
    "photo.working.one": pgettext_lazy("phone", "Making {n} photo smaller…"),
    "photo.working.other": pgettext_lazy("phone", "Making {n} photos smaller…"),
    "photo.remove": pgettext_lazy("phone", "Remove"),
    "photo.gone": _("The photo was taken out of the report."),
    "photo.many": _("At most {most} photos a report."),
    "photo.refused": _("“{name}” could not be read as a photo."),
    # The unit's report and the year's list
    "lines.title": _("How every running initiative stands"),
    "lines.help": _("Set all at once, then the exceptions. “To stop” needs a reason."),
    "lines.all": pgettext_lazy("phone", "All: {label}"),
    "lines.set.one": _("{n} line set. Now the exceptions."),
    "lines.set.other": _("{n} lines set. Now the exceptions."),
    "lines.count.one": pgettext_lazy("phone", "{n} initiative"),
    "lines.count.other": pgettext_lazy("phone", "{n} initiatives"),
    "lines.note": pgettext_lazy("phone", "Note"),
    "lines.why": _("Why it is to stop"),
    "lines.none": _("No initiative is running here. The report can tell of the work all the same."),
    "continuing.title": pgettext_lazy("phone", "Continuing in {year}"),
    "continuing.rows.one": _("{n} initiative ran last year and is not registered for this one"),
    "continuing.rows.other": _("{n} initiatives ran last year and are not registered for this one"),
    "continuing.all": pgettext_lazy("phone", "Choose all"),
    "continuing.chosen.one": pgettext_lazy("phone", "{n} chosen"),
    "continuing.chosen.other": pgettext_lazy("phone", "{n} chosen"),
    "continuing.none": _("Everything that runs at your unit is registered for this year."),
    # Before it goes
    "review.title": _("Look it over once more"),
    "review.online": _("It is sent now. Photos follow piece by piece; you may close the app."),
    "review.offline": _(
        "There is no signal now. It waits in the outbox of this phone and is sent by itself later."
    ),
    "review.send": pgettext_lazy("phone", "Send now"),
    "review.queue": pgettext_lazy("phone", "Put into the outbox"),
    "review.change": pgettext_lazy("phone", "Change something"),
    "review.photos.one": pgettext_lazy("phone", "{n} photo, {size}"),
    "review.photos.other": pgettext_lazy("phone", "{n} photos, {size}"),
    # The outbox
    "outbox.title": pgettext_lazy("phone", "Outbox"),
    "outbox.lead": _("What leaves this phone, and what became of it."),
    "outbox.going": pgettext_lazy("phone", "Waiting to be sent"),
    "outbox.none": _("Nothing waits to be sent"),
    "outbox.none_why": _("Everything you finished has reached the office."),
    "outbox.send_now": pgettext_lazy("phone", "Send now"),
    "outbox.sending": pgettext_lazy("phone", "Sending…"),
    "outbox.no_signal": _("No signal: sent later by itself"),
    "outbox.received": pgettext_lazy("phone", "Received lately"),
    "outbox.all_sent": _("All that was sent, and what became of it"),
    "outbox.waiting.one": pgettext_lazy("phone", "{n} in the outbox"),
    "outbox.waiting.other": pgettext_lazy("phone", "{n} in the outbox"),
    "state.here": pgettext_lazy("phone", "on this phone"),
    "state.sending": pgettext_lazy("phone", "sending {percent} %"),
    "state.progress": _("How much has been sent"),
    "state.received": pgettext_lazy("phone", "received, number {number}"),
    "state.received_plain": pgettext_lazy("phone", "received"),
    "state.attention": pgettext_lazy("phone", "needs your attention"),
    "state.conflict": pgettext_lazy("phone", "conflict"),
    "item.here": _("It is safe on this phone and is sent by itself once there is signal."),
    "item.sending": _("On its way. If the signal breaks, it goes on from where it stopped."),
    "item.received": _("The office has received it."),
    "item.attention": _("Something in it is not right yet. Correct it and send it again."),
    "item.conflict": _(
        "Something else was received under the same number. Both are kept; your unit decides between them."
    ),
    "item.number": pgettext_lazy("phone", "Number to read aloud"),
    "item.fields": pgettext_lazy("phone", "To be corrected"),
    "item.whole": pgettext_lazy("phone", "As a whole"),
    "item.correct": pgettext_lazy("phone", "Correct and send again"),
    "item.web": pgettext_lazy("phone", "Open on the website"),
    "item.what": pgettext_lazy("phone", "What was written"),
    "item.written": pgettext_lazy("phone", "finished {at}"),
    "item.photos_left.one": _("{n} photo is still on its way."),
    "item.photos_left.other": _("{n} photos are still on their way."),
    "item.gone": pgettext_lazy("phone", "Not in the outbox"),
    "item.gone_why": _("It was received some time ago. Look among what was sent."),
    "sent.title": _("Sent, and what became of it"),
    "sent.lead": _("As the office had it when this phone last fetched."),
    "sent.none": _("Nothing was sent from here yet"),
    "sent.none_why": _("Reports and registrations appear here with their numbers."),
    "state.draft": pgettext_lazy("phone", "draft at the unit"),
    "state.accepted": pgettext_lazy("phone", "accepted"),
    "state.returned": pgettext_lazy("phone", "returned"),
    "state.needs_attention": pgettext_lazy("phone", "needs a person"),
    "state.superseded": _("replaced by a later one"),
    "state.quarantined": pgettext_lazy("phone", "waits at the unit"),
    "state.withdrawn": pgettext_lazy("phone", "withdrawn"),
    "sent.reason": pgettext_lazy("phone", "Why it came back"),
    "sent.returned_why": _("Correct what is asked and send it again; it keeps its place."),
    "sent.correct": pgettext_lazy("phone", "Correct it"),
    # This phone
    "phone.title": pgettext_lazy("phone", "This phone"),
    "phone.person": pgettext_lazy("phone", "Signed in"),
    "phone.until": pgettext_lazy("phone", "Without signing in again"),
    "phone.until_day": _("until {day}; each contact renews it"),
    "phone.pack": pgettext_lazy("phone", "Fetched"),
    "phone.storage": pgettext_lazy("phone", "Storage used"),
    "phone.storage_of": pgettext_lazy("phone", "{used} of {quota}"),
    "phone.kept": pgettext_lazy("phone", "Kept for good"),
    "phone.kept_yes": _("yes, the browser does not clear it"),
    "phone.kept_no": _("not promised by the browser; installing the app helps"),
    "phone.photos": pgettext_lazy("phone", "Photos"),
    "phone.photos_side": _("made smaller to {side} pixels, without place and device data"),
    "phone.photos_plain": _("made smaller, without place and device data"),
    "phone.as": pgettext_lazy("phone", "Acting as"),
    "phone.website": pgettext_lazy("phone", "To Khéo's website"),
    "install.heading": _("The app on the home screen"),
    "install.title": _("Put Khéo on the home screen"),
    "install.why": _(
        "It opens like any app, also without signal, and photos can be shared to it from Zalo or the gallery."
    ),
    "install.do": pgettext_lazy("phone", "Install"),
    "install.done": pgettext_lazy("phone", "Installed."),
    "install.apple": _("In Safari press Share, then “Add to Home Screen”."),
    "install.menu": _("In Chrome open the menu ⋮ and choose “Add to home screen”."),
    "bin.title": pgettext_lazy("phone", "Thrown away"),
    "bin.lead": pgettext_lazy("phone", "Kept for 7 days."),
    "bin.restore": pgettext_lazy("phone", "Bring back"),
    "bin.restored": _("Brought back among what is being written."),
    "leave.title": _("Sign out on this phone"),
    "leave.do": pgettext_lazy("phone", "Sign out"),
    "leave.nothing": _("Nothing unsent is on this phone. What was fetched is removed."),
    "leave.unsent_online.one": _(
        "{n} thing is unfinished or unsent. It is sent first, or kept sealed for you until you sign in "
        "here again."
    ),
    "leave.unsent_online.other": _(
        "{n} things are unfinished or unsent. They are sent first, or kept sealed for you until you "
        "sign in here again."
    ),
    "leave.unsent_offline.one": _(
        "{n} thing is unfinished or unsent. Without signal it stays on this phone, sealed: only you "
        "can open it, by signing in here again."
    ),
    "leave.unsent_offline.other": _(
        "{n} things are unfinished or unsent. Without signal they stay on this phone, sealed: only you "
        "can open them, by signing in here again."
    ),
    "leave.sure": pgettext_lazy("phone", "Yes, sign out"),
    "leave.stay": pgettext_lazy("phone", "Stay"),
    "leave.busy": pgettext_lazy("phone", "Signing out…"),
    "leave.sent": _("Signed out. Everything was sent."),
    "leave.sealed": _("Signed out. What was not sent is sealed on this phone."),
    # The door
    "welcome.title": _("Work without signal"),
    "welcome.lead": _("For those who report from villages and building sites."),
    "welcome.write": _("Write reports and registrations and take photos, also without signal."),
    "welcome.keep": _(
        "Each letter is kept on this phone; closing the app or an empty battery loses nothing."
    ),
    "welcome.send": _(
        "It is sent by itself once there is signal, and a number tells you that it was received."
    ),
    "welcome.do": _("Sign in on this phone"),
    "welcome.once": _("Signal is needed this once."),
    "welcome.offline": _("Signal is needed this once, and there is none now."),
    "welcome.sealed": _(
        "This phone keeps sealed work of {name} that was not sent. It opens when the same person signs "
        "in here again."
    ),
    "sign.again": pgettext_lazy("phone", "Sign in again"),
    "sign.again_why": _(
        "The time without signing in is over. You can go on writing; to send, sign in once more."
    ),
    "enter.title": pgettext_lazy("phone", "Getting this phone ready"),
    "enter.working": _("Registering the phone and fetching what you need…"),
    "enter.failed": _("It did not work just now. Check the signal and try again."),
    "enter.again": pgettext_lazy("phone", "Try again"),
    "inapp.title": pgettext_lazy("phone", "Open this in Chrome"),
    "inapp.lead": _("{app} has shown this page inside itself. Reports written there would be in danger."),
    "inapp.another": pgettext_lazy("phone", "another app"),
    "inapp.storage": _(
        "{app} keeps its own storage, apart from Chrome's: what is written here is not found there."
    ),
    "inapp.install": _("From {app} nothing can be installed on the home screen."),
    "inapp.nothing": _("So nothing can be typed here yet. It takes one press:"),
    "inapp.chrome": pgettext_lazy("phone", "Open in Chrome"),
    "inapp.or_copy": pgettext_lazy("phone", "Or copy the address"),
    "inapp.copy_this": pgettext_lazy("phone", "Copy the address"),
    "inapp.copy": pgettext_lazy("phone", "Copy"),
    "inapp.copied": pgettext_lazy("phone", "Copied"),
    "inapp.paste": _("Open Chrome or Safari and paste it at the top."),
    # What the engine says: of the phone's room, of photos, of what the office answered
    "engine.full_text": _(
        "This phone is full. What you typed stands on the screen but is not kept yet: delete photos or "
        "videos from the phone, then type on."
    ),
    "engine.full_photo": _(
        "There is no room for this photo; what room is left is for words. Delete photos or videos from the "
        "phone, then add it again."
    ),
    "engine.no_signal": _(
        "No signal, or Khéo does not answer. What is here is kept and goes by itself later."
    ),
    "engine.server_trouble": _(
        "The office's server stumbles. What is here is kept and is tried again by itself; if it stays so, "
        "tell your office."
    ),
    "engine.refused": _("The office's server answered: {sentence}"),
    "engine.gone": _("This is not here any more. It may have been sent or thrown away in another window."),
    "engine.under_way": _("It is being sent at this moment. Wait for the answer, then correct it."),
    "engine.position_unable": _(
        "This browser does not tell an app where the phone is. Choose the commune from the list."
    ),
    "engine.position_no_borders": _(
        "The borders of the communes are not on this phone yet; they come with the next signal. Choose the "
        "commune from the list."
    ),
    "engine.position_denied": _(
        "The phone may not tell this app where it is. To allow it, switch on Location in the phone's "
        "settings, then in Chrome: Settings, Site settings, Location. Or choose the commune from the list."
    ),
    "engine.position_none": _(
        "The phone did not find its position. Go under open sky, switch on Location and try again, or choose "
        "the commune from the list."
    ),
    "engine.position_coarse": _(
        "The phone knows its position only to within {km} km, too little to tell communes apart. Go under "
        "open sky and try again, or choose the commune from the list."
    ),
    "engine.photo_unreadable": _(
        "“{name}” is no photo that this phone can open. Choose a .jpg, .png, .webp or .heic photo."
    ),
    "engine.photo_as_is": _(
        "This phone cannot shrink “{name}”: it goes as it is, and the office's server removes place and "
        "device from it before anyone else sees it."
    ),
    "engine.photo_too_large": _("“{name}” is too large to be sent. Take it again as a .jpg."),
    "engine.photo_too_many": _("At most {most} photos go together."),
    "engine.photo_refused": _("“{name}” was not taken: {sentence}"),
    "engine.still_sealed": _(
        "Some sealed work could not be opened. It stays sealed on this phone; tell your administrator."
    ),
    "engine.wiped": _(
        "This phone's use was ended. What it held has been handed in to your office, and nothing is left "
        "here."
    ),
}


def told() -> dict[str, str]:
    """Every sentence in the language of the moment."""
    return {key: str(sentence) for key, sentence in WORDS.items()}
