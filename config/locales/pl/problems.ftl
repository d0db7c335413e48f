# Słowa kodów w dokumentach problemów. Jeden wiersz na kod; kod się nie zmienia.

# Request
malformed-json = Treść nie jest poprawnym JSON-em, zawiera powtórzone pole lub zbyt głębokie zagnieżdżenie.
unknown-member = Treść zawiera pole, które nie jest tu znane.
unknown-parameter = Zapytanie zawiera parametr, który nie jest tu znany.
parameter-invalid = Parametr zapytania ma niedozwoloną wartość.
cursor-invalid = Kursor nie pochodzi z tej listy.
header-invalid = Nagłówek żądania ma niedozwoloną wartość.
validation-failed = Część danych jest nieprawidłowa.
member-missing = To pole jest wymagane.
member-invalid = To pole ma niewłaściwy typ lub postać.
unsupported-media-type = Ten typ treści nie jest tu przyjmowany.
payload-too-large = Treść jest zbyt długa.
body-timeout = Treść nie nadeszła w wymaganym czasie.
body-incomplete = Treść urwała się przed końcem.
precondition-required = Wymagany jest nagłówek If-Match z ETag obiektu.
precondition-failed = Obiekt zmienił się od czasu odczytania.
idempotency-key-missing = Wymagany jest nagłówek Idempotency-Key.
idempotency-key-invalid = Idempotency-Key musi mieć od 1 do 128 widocznych znaków ASCII.
idempotency-key-reused = Ten Idempotency-Key został już użyty z innym żądaniem.
idempotency-in-progress = Żądanie z tym Idempotency-Key jest jeszcze w toku.
rate-limited = Zbyt wiele żądań; spróbuj ponownie później.
not-found = Nie ma tu takiego obiektu.
method-not-allowed = Ta metoda nie jest tu dozwolona.
request-refused = Żądanie w tej postaci nie może zostać obsłużone.
internal-error = Usługa nie mogła odpowiedzieć; błąd jest w jej dzienniku.

# Identity
client-certificate-required = Wymagany jest certyfikat klienta.
ra-unknown = Certyfikat klienta nie jest zarejestrowany.
identity-inactive = Tożsamość jest wyłączona lub jej kwalifikacja wygasła.
role-forbidden = Rola tej tożsamości na to nie pozwala.
acting-for-missing = Panel partnera musi wskazać klienta w nagłówku Acting-For.
acting-for-invalid = Acting-For musi mieć od 1 do 128 znaków, bez znaków sterujących.

# State and trouble
step-blocked = Ten krok nie jest jeszcze dostępny.
email-not-verified = Kontrola nad adresem e-mail nie została potwierdzona.
store-unavailable = Baza danych chwilowo nie odpowiada.
store-busy = Obiekt jest właśnie zmieniany przez innych; spróbuj ponownie.
entropy-unavailable = Generator liczb losowych zawiódł; niczego nie wykonano.
shutting-down = Usługa jest właśnie zatrzymywana.

# Registry of identities
identity-exists = Tożsamość o tej nazwie jest już zarejestrowana.
credential-exists = Ten klucz lub URI należy do innej tożsamości.
identity-name-invalid = Nazwa ma od 1 do 64 znaków a-z, 0-9, kropka, łącznik i zaczyna się literą lub cyfrą.
role-unknown = Nie ma takiej roli.
credential-required = Wymagany jest dokładnie jeden z: certyfikat, URI.
certificate-required = Osobę rejestruje się certyfikatem.
certificate-malformed = To nie jest jeden certyfikat w postaci PEM.
certificate-key-unsupported = Klucz w certyfikacie jest nieobsługiwanego rodzaju.
uri-invalid = To nie jest dopuszczalny URI.
qualification-required = Dla osoby wymagana jest data końca kwalifikacji.
qualification-not-allowed = Panel nie ma daty kwalifikacji.
qualification-ended = Data końca kwalifikacji musi leżeć w przyszłości.
grant-ended = Uprawnienie musi kończyć się w przyszłości.
period-empty = Koniec musi leżeć po początku.
identity-disabled = Tożsamość jest już wyłączona.
own-identity = Nikt nie wyłącza własnej tożsamości.

# Validation cases
case-claimed = Nad sprawą pracuje inna osoba.
case-not-claimed = Sprawę trzeba najpierw przejąć.
case-waiting = Sprawa czeka na wnioskodawcę; aby ją kontynuować, trzeba ją przejąć.
case-proposed = W sprawie jest już propozycja.
case-decided = Sprawa jest rozstrzygnięta i nie przyjmuje zmian.
case-closed = Dane zostały wycofane lub zastąpione; sprawa nie przyjmuje zmian.
proposal-missing = Nie ma propozycji do rozstrzygnięcia.
same-officer = Kto złożył propozycję lub coś w sprawie zapisał, nie może jej rozstrzygnąć.
officer-signature-invalid = Podpis nie zgadza się z zarejestrowanym kluczem tej osoby.
evidence-missing = Brakuje wyniku, daty, dowodu lub ustaleń.
evidence-expired = Dowód jest zbyt stary, aby go użyć.
evidence-full = Sprawa nie przyjmie więcej dowodów.
evidence-unknown = W tej sprawie nie ma takiego dowodu.
document-unknown = Wśród danych tej sprawy nie ma takiego dokumentu.
content-and-document = Dowodem jest albo tekst, albo dokument.
check-failed = Jedno ze sprawdzeń dało wynik negatywny; sprawy nie można zatwierdzić.
check-required = Tego sprawdzenia nie można pominąć.
outcome-missing = Sprawdzenie nie ma wyniku.
date-missing = Sprawdzenie nie ma daty.
date-in-future = Data leży w przyszłości.
facts-missing = Brakuje ustaleń do certyfikatu.
too-many = Jest ich zbyt wiele.
too-long = Tekst jest zbyt długi.
characters-not-allowed = Tekst zawiera niedozwolone znaki.
country-differs = Kraj różni się od podanego przez wnioskodawcę.
identifier-twice = Należy podać albo cały identyfikator, albo schemat i numer.
identifier-differs = Identyfikator nie odpowiada numerowi podanemu przez wnioskodawcę.
identifier-country-differs = Kraj w identyfikatorze różni się od kraju organizacji.
identifier-scheme-unsupported = Schemat nie jest żadnym z: NTR, VAT, PSD, LEI, GOV, INT.
identifier-country-invalid = Oznaczenie kraju w identyfikatorze nie ma postaci właściwej dla schematu.
identifier-reference-invalid = Numer nie ma postaci właściwej dla rejestru.
identifier-check-digit = Cyfra kontrolna numeru jest błędna.
data-not-saved = Najpierw należy zapisać dane organizacji.
email-not-set = Dla tego zamówienia nie podano adresu e-mail.
email-invalid = To nie jest adres e-mail, który można certyfikować.
email-not-supported = Adresy ze znakami spoza ASCII przed znakiem @ nie są obsługiwane.
email-locked = Zbyt wiele błędnych kodów. Poproś o nowy kod.
email-already-confirmed = Adres e-mail jest już potwierdzony.
code-invalid = To nie jest kod wysłany w wiadomości.
code-expired = Kod stracił ważność. Poproś o nowy kod.
resend-too-soon = Kod wysłano na ten adres przed chwilą albo dziś już zbyt wiele razy. Proszę poczekać.
mail-not-failed = Ponowić można tylko wiadomość, której wysyłania zaniechano.
mail-not-queued = Wiadomość nie czeka już na wysłanie.

# Orders, data and documents
text-invalid = Tekst jest pusty, za długi, zawiera znaki sterujące albo zaczyna się lub kończy spacją.
member-not-allowed = Tego pola nie można tu podać.
language-unsupported = Język nie jest ani en, ani pl.
product-unknown = Nie ma takiego produktu.
product-not-orderable = Odnowienie zamawia się przy certyfikacie, którego dotyczy.
customer-mismatch = Klient jest inny niż wskazany w nagłówku Acting-For.
order-state-conflict = Stan zamówienia na to nie pozwala.
revoke-first = Wydany certyfikat należy zamiast tego unieważnić.
order-closed = Zamówienie jest zamknięte.
country-unsupported = To nie jest przydzielony kod kraju ISO 3166-1.
registration-type-unsupported = Ten rejestr nie jest dostępny dla tego kraju.
registration-number-invalid = Numer nie ma postaci właściwej dla rejestru albo cyfra kontrolna jest błędna.
data-set-state-conflict = Stan danych na to nie pozwala.
data-set-in-use = Z danych korzysta jeszcze zamówienie.
data-set-not-submitted = Dane nie zostały przekazane do weryfikacji.
data-set-not-verified = Dane organizacji nie zostały zweryfikowane.
data-set-expired = Weryfikacja danych organizacji jest zbyt dawna.
data-set-rejected = Dane zostały odrzucone.
data-set-withdrawn = Dane zostały wycofane.
data-set-suspended = Dane są zawieszone.
data-set-replaced = Przesłano nowszą wersję danych.
email-verification-lapsed = Weryfikacja adresu e-mail jest zbyt dawna.
document-missing = Ten sposób weryfikacji wymaga dokumentu.
document-limit = Do danych nie można dodać więcej dokumentów.
document-type-rejected = Zawartość nie jest plikiem PDF, PNG ani JPEG.
file-name-invalid = Nazwa pliku ma od 3 do 255 znaków, bez \ / : * ? " < > | i bez kropki na początku.
multipart-malformed = Formularz jest nieprawidłowy albo zawiera którąś część dwa razy.
statement-missing = Nie zaakceptowano wymaganego oświadczenia w jego obecnej wersji.
statement-unknown = Tego oświadczenia w tej wersji nie pokazuje się na tym etapie albo podano je dwa razy.
organization-too-long = Nazwa ma ponad 64 znaki: w certyfikacie może być tylko jej udokumentowany skrót.
statement-time-invalid = Czas akceptacji nie jest czasem w formacie RFC 3339, leży w przyszłości albo minęło od niego ponad 365 dni.

# Activation and issuance
activation-ended = Aktywacja jest zakończona.
field-not-selectable = Tej wartości nie ma wśród oferowanych.
field-required = Nie można pominąć wymaganego pola.
key-method-unsupported = Produkt przyjmuje klucz tylko w żądaniu certyfikatu (csr).
product-withdrawn = Produkt nie jest już oferowany.
caa-forbids = Domena adresu e-mail wskazuje w rekordach CAA (issuemail) inne urzędy certyfikacji. Poproś administratora jej DNS o dopisanie naszego urzędu i spróbuj ponownie.
caa-lookup-failed = Rekordów CAA domeny adresu e-mail nie można odczytać w sposób pewny: jej serwery nazw nie działają albo podpisy DNSSEC są błędne. Poproś administratora jej DNS o naprawę i spróbuj ponownie.
caa-unavailable = Rekordów CAA domeny adresu e-mail nie można teraz sprawdzić. Spróbuj ponownie później.
profile-not-in-force = CA nie wydaje obecnie certyfikatów według tego profilu.
lint-failed = Certyfikat naruszałby zasady wydawania certyfikatów i nie został wydany.
issuance-busy = Wszystkie miejsca podpisywania są zajęte; spróbuj ponownie.
key-check-failed = Klucza nie można teraz sprawdzić.
key-malformed = Tekst nie zawiera klucza, certyfikatu ani żądania certyfikatu, które dałoby się odczytać.
key-ambiguous = Tekst zawiera różne klucze: przekazuj po jednym.
key-algorithm-unsupported = Rodzaj klucza nie jest obsługiwany.
key-curve-unsupported = Krzywa nie jest nazwaną krzywą P-256, P-384 ani P-521.
challenge-invalid = Uzgodniony tekst ma od 16 do 64 znaków, bez końców wiersza.
key-proof-invalid = Dowód nie pasuje do klucza i uzgodnionego tekstu.
issuance-suspended = Wydawanie jest chwilowo wstrzymane.
hsm-unavailable = Urządzenie podpisujące nie może teraz odpowiedzieć.
intent-settled = Los numeru seryjnego jest już rozstrzygnięty.
crl-settled = Los listy unieważnionych certyfikatów jest już rozstrzygnięty.
crl-unavailable = Nie można teraz podpisać listy unieważnionych certyfikatów.
encoding-unknown = Nie ma takiego kodowania wśród oferowanych.

# Certification requests
csr-not-pem = Tekst nie zawiera żądania certyfikatu w postaci PEM.
csr-malformed = Żądanie certyfikatu jest uszkodzone albo jest ich więcej niż jedno.
csr-is-certificate = To jest certyfikat, a nie żądanie certyfikatu.
csr-contains-private-key = Tekst zawiera klucz prywatny. Nie zapisano go, a jego klucz nigdy nie zostanie certyfikowany: wygeneruj nowy.
csr-signature-invalid = Podpis żądania certyfikatu jest nieprawidłowy.
csr-algorithm-unsupported = Rodzaj klucza lub podpisu nie jest obsługiwany.
csr-key-too-small = Klucz jest za krótki: klucze RSA mają co najmniej 2048 bitów.
csr-key-too-large = Klucz jest za długi: klucze RSA mają najwyżej 8192 bity.
csr-curve-unsupported = Krzywa nie jest obsługiwana: użyj P-256, P-384 lub P-521.
csr-exponent-invalid = Wykładnik publiczny klucza RSA jest niedopuszczalny.
csr-key-weak = Klucz jest słaby: inni mogą obliczyć jego część prywatną. Wygeneruj nowy klucz aktualnym programem.
csr-key-compromised = Wiadomo, że klucz został ujawniony; nigdy więcej nie zostanie certyfikowany. Wygeneruj nowy klucz.
csr-key-reused = Klucz należy już do kogoś innego albo do samego urzędu certyfikacji. Wygeneruj nowy klucz.
csr-subject-ignored = Podmiot z żądania nie jest używany: certyfikat zawiera tylko zweryfikowane dane.
csr-extensions-ignored = Rozszerzenia z żądania nie są używane.

# Nazwy reguł, które pokazuje preflight.
rule-form = Pola żądania
rule-product = Produkt jest w sprzedaży
rule-order = Zamówienie można aktywować
rule-subject-data = Zweryfikowane dane organizacji
rule-mailbox = Kontrola nad skrzynką
rule-csr = Żądanie certyfikatu (CSR)
rule-statements = Zaakceptowane oświadczenia
rule-fields = Pola certyfikatu
rule-common-name = Nazwa powszechna
rule-key = Co wiadomo o kluczu
rule-caa = Zgoda domeny (CAA)
rule-issuer = Urząd wydający może podpisywać
rule-certificate = Certyfikat według profilu i reguł
