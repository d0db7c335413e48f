# The page on which a recipient of reminders wants no more of them.
title = Reminders by e-mail
other-language = Polski
address = Address
reminders = Reminders
of-order = Of orders that wait for their activation
of-certificate = Of certificates that end soon
sent = These reminders are sent to this address. Opening this page changes nothing.
stop = Send no more
stopped = These reminders are no longer sent to this address. You can close this page.
resume = Send them again
still-sent = Codes, decisions, certificates and all that concerns a revocation are sent in any case.
questions = Questions:
nothing-said = Nothing was changed: the request did not say what is wanted.
wishes-used-up = Nothing was changed: this was switched on and off too often. Please write to us.
prefetch = This page does not take anything from programs that fetch links in advance.
not-found = This link leads nowhere. Please check that it was copied whole.
unavailable = We cannot answer just now and nothing was changed. Please try again in a minute.
