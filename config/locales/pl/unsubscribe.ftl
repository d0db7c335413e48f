# Strona, na której odbiorca przypomnień z nich rezygnuje.
title = Przypomnienia e-mail
other-language = English
address = Adres
reminders = Przypomnienia
of-order = O zamówieniach, które czekają na aktywację
of-certificate = O certyfikatach, które wkrótce wygasną
sent = Te przypomnienia są wysyłane na ten adres. Otwarcie strony niczego nie zmienia.
stop = Nie wysyłaj więcej
stopped = Te przypomnienia nie są już wysyłane na ten adres. Możesz zamknąć tę stronę.
resume = Wysyłaj je znowu
still-sent = Kody, decyzje, certyfikaty i wszystko, co dotyczy unieważnienia, wysyłamy zawsze.
questions = Pytania:
nothing-said = Niczego nie zmieniono: żądanie nie mówiło, czego dotyczy.
wishes-used-up = Niczego nie zmieniono: przełączano to zbyt często. Prosimy o wiadomość.
prefetch = Ta strona nie przyjmuje niczego od programów, które otwierają odnośniki z wyprzedzeniem.
not-found = Ten odnośnik donikąd nie prowadzi. Sprawdź, czy skopiowano go w całości.
unavailable = Nie możemy teraz odpowiedzieć; niczego nie zmieniono. Spróbuj ponownie za minutę.
