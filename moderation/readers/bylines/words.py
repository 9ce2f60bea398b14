"""The words that sites print around comments, by language: months, buttons, "says".

From the translations of the common blog programs' themes. In each table `/` parts alternatives;
they are regular expressions, and case is for the user of the table to decide.
"""

from __future__ import annotations


def either(table: str) -> str:
    """A group that matches any alternative of a table, longest first.

    >>> either("a / ab")
    '(?:ab|a)'
    """
    words = [word.strip() for line in table.split("\n") for word in line.split(" / ")]
    return "(?:" + "|".join(sorted(filter(None, words), key=len, reverse=True)) + ")"


MONTH_ROWS = """
January February March April May June July August September October November December
Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec
Januar Februar März April Mai Juni Juli August September Oktober November Dezember
Jänner Feber Mär Apr Mai Jun Jul Aug Sept Okt Nov Dez
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
ene feb mar abr may jun jul ago setiembre oct nov dic
janvier février mars avril mai juin juillet août septembre octobre novembre décembre
janv févr mrz avr mai juin juil aoû sept oct nov déc
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
gen feb mar apr mag giu lug ago set ott nov dic
janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
jan fev mar abr mai jun jul ago set out nov dez
januari februari maart april mei juni juli augustus september oktober november december
januari februari mars april maj juni juli augusti september oktober november december
januar februar marts april maj juni juli august september oktober november desember
stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
ledna února března dubna května června července srpna září října listopadu prosince
Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık
января февраля марта апреля мая июня июля августа сентября октября ноября декабря
"""

WEEKDAYS = """
mon / tue / wed / thu / fri / sat / sun / (?:mon|tues|wednes|thurs|fri|satur|sun)day
mo / di / mi / do / fr / sa / so / (?:mon|diens|donners|frei|sams|sonn)tag / mittwoch / sonnabend
lunes / martes / miércoles / jueves / viernes / sábado / domingo
lundi / mardi / mercredi / jeudi / vendredi / samedi / dimanche
"""

UNITS = """
seconds? / secs? / minutes? / mins? / hours? / hrs? / days? / weeks? / months? / years? / yrs?
sekunden? / minuten? / stunden? / tag(?:en)? / wochen? / monat(?:en)? / jahr(?:en)?
segundos? / minutos? / horas? / d[íi]as? / semanas? / mes(?:es)? / años? / anos?
secondes? / heures? / jours? / semaines? / mois / ans? / années?
secondi / minuti / or[ae] / giorn[oi] / settiman[ae] / mes[ei] / ann[oi]
uur / uren / dag(?:en)? / weken / maand(?:en)? / jaar
"""
AMOUNTS = r"\d+ / an? / one / few / einem?r? / eine / un / una / une / uno / um / uma / een"
BEFORE_AMOUNT = "vor / hace / il y a / há"
AFTER_AMOUNT = "ago / fa / geleden / atrás"
ABOUT = "about / over / almost / etwa / fast / ca\\.? / más de / casi"
RECENTLY = "yesterday / gestern / heute / ayer / hoy / just now / gerade eben / ahora mismo"

SPEAKING = """
says? / said / wrote / writes / commented / replied
sagte? / schreibt / schrieb / meinte? / antwortete? / kommentierte?
dice / dijo / escribe / escribió / comenta / comentó / opina / responde
respondió / ha dicho / ha escrito
dit / a dit / écrit / a écrit / ha scritto / scrive / ha detto / disse / diz / escreveu / comentou
zegt / schreef / pisze / napisał / säger / skriver / siger / sier / yazdı / dedi ki / пишет
"""

REPLY_WORDS = """
(?:log ?in to )?reply / respond / antwort(?:en)? / zum antworten (?:anmelden|einloggen) / responder
responde / respuesta / contestar / répondre / um zu antworten / kommentieren / antworte
rispondi / responda / beantwoorden / odpowiedz / odpovědět / svara / svar / vastaa / yanıtla
cevapla / ответить / 回覆 / 回复 / 返信 / 답글
auf diesen kommentar antworten / auf .{1,40} antworten
"""

BUTTON_WORDS = """
reply / repl[iy]es / reply link / respond / log ?in to reply / leave a reply / delete / edit / quote
reply to this(?: comment)? / comment link
report / report (?:abuse|comment|this) / leave a reply to this / flag / share / link / permalink
permanent link / likes?
(?:like)?liked by \\d+ (?:people|person) / loading\\.* / upvote / downvote / vote
thumb (?:up|down)
(?:hide|show|view) replies / translate / parent / copy link
antwort(?:en)? / zum antworten (?:anmelden|einloggen) / auf diesen kommentar antworten
antwort schreiben / kommentieren / zitieren / zitat / (?:kommentar |beitrag |verstoß )?melden
link zu diesem kommentar / auf (?:kommentar|beitrag) antworten
bearbeiten / löschen / teilen / verlinken / gefällt mir / gefällt \\d+ (?:person|mal|personen)
empfehlen / (?:melde dich an|anmelden),? um zu antworten / antworten anzeigen
responder / (?:responder|contestar) a este comentario / respuestas?
enlace(?: a este comentario)? / responde / contestar / accede para responder
citar / denunciar / reportar(?: comentario)? / editar / borrar / eliminar / compartir / me gusta
inicia sesión para responder / enlace permanente
répondre / répondre à ce (?:commentaire|message) / réponses? / signaler / citer
modifier / partager / j[’']aime
rispondi / risposte / segnala / modifica / condividi / mi piace / elimina
responda / respostas / denuncie / curtir / excluir
beantwoorden / reageer / reacties? / odpowiedz / odpovědět / svara / svar / vastaa / yanıtla
cevapla / ответить
"""

ADDRESSED = """
reply to .{1,40} / (?:in reply|replying|in response) to .{1,40}
(?:als |in )?antwort (?:auf|an) .{1,40} / auf .{1,40} antworten / antworten? auf .{1,40}
antworte .{1,40} / (?:responder|contestar|en respuesta|respondiendo) a .{1,40}
répondre à .{1,40} / en réponse à .{1,40} / rispondi a .{1,40} / in risposta a .{1,40}
"""

BEFORE_NAME = """
(?:user |author )?(?:avatar|gravatar|profile (?:picture|photo|image))(?: (?:of|for|image))?
profilbild(?: (?:von|für))? / avatar von / foto de perfil(?: (?:de|para))? / avatar de
(?:posted |written |comment(?:ed)? )?by / (?:(?:kommentar|geschrieben|verfasst) )?von
comentario de / (?:(?:escrito|publicado|enviado) )?por
"""
BADGES = """
(?:by )?(?:post )?author / author of the post / moderator / mod / admin / staff / guest / member
subscriber / (?:new|verified|registered) (?:user|member) / top (?:commenter|fan|contributor)
(?:beitrags)?autor(?:in)? / autor(?:in)? des (?:beitrags|artikels) / redaktion / gast / mitglied
abonnent(?:in)? / top-?kommentator(?:in)? / verfasser(?:in)? / administrator(?:in)?
autora? (?:de la entrada|del artículo|del post) / autora / moderadora? / redacción / invitad[oa]
miembro / suscriptora? / comentarista(?: destacad[oa])? / auteur(?: de l[’']article)? / autore
"""
ROLES = "post author / beitragsautor(?:in)? / autor de la entrada / auteur / autore"
GLUED_ROLES = "Author / Autorin / Autor / Moderator / Admin / Verfasser"
JOINTS = """
on / am / el / le / il / em / op / den / at / um / dnia / posted / posted on / schrieb am / vom
"""

COMMENT_STEMS = """
comment / kommentar / komentar / coment[aá]rio / commentaire / comment[oi]\\b / kommentti / yorum
reacti(?:e|on) / reaktion / reacci[oó]n / réaction / respuesta / antwort
\\brepl(?:y|ies)\\b / responses?\\b / respostas? / réponse / rispost / thoughts? on / gedanken? zu
pensamientos? (?:en|sobre) / ideas? sobre
réflexions? (?:sur|à propos) / pensieri? su / pensamentos? (?:em|sobre) / gedachten? over
opinion / opini[oó]n / dis[ck]ussion / discusi[oó]n / debate\\b / meinung / zuschrift
leser(?:brief|stimme) / wortmeldung / was (?:sagst|meinst|denkst) / what do you think
your (?:views|thoughts|say)\\b / qué (?:opinas|piensas|dices) / feedback / ergänzung / комментар
(?:全部|網友|网友|最新)?(?:留言|評論|评论|回應|回应|迴響|コメント|댓글|의견)(?:列表|一覧|板|區|区|數|数|목록)?(?=[\\s\\d()（）:：]*$)
"""

FORM_PHRASES = """
(?:leave|post|add|write|submit) (?:a |an |your )?(?:reply|comment) / to post (?:a )?comments?
comments? (?:are|is|have been) (?:now )?closed / join the (?:discussion|conversation)
kommentar (?:verfassen|schreiben|hinterlassen|abgeben) / kommentieren$ / hinterlass
schreibe? (?:einen|deinen|ihren|uns) ?(?:kommentar|antwort) / kommentarfunktion
antwort(?:en)? (?:schreiben|abbrechen|verfassen|hinterlassen)
kommentare? (?:sind |ist )?geschlossen / deja (?:un|tu) / dejar (?:un|tu)
añad\\w+ (?:un )?comentario / escrib\\w+ (?:un|tu) comentario / cancelar (?:la )?respuesta
public\\w+ (?:un|tu) comentario / comentarios (?:están )?cerrados
(?:laisser|laissez|écrire|poster) un / lascia un / annulla risposta / deixe (?:um|uma)
geef een reactie / plaats een reactie / dodaj komentarz / lämna ett svar / legg igjen
your email address / (?:deine|ihre) e-mail / tu (?:dirección de )?correo / votre adresse
(?:older|newer|previous|next) comments / (?:ältere|neuere) kommentare
comentarios (?:más )?antiguos
"""

AWAITING = """
comment is awaiting moderation / comment is pending (?:approval|moderation)
kommentar wartet auf / kommentar muss noch (?:freigeschaltet|freigegeben|geprüft)
noch nicht freigeschaltet
comentario está (?:pendiente|en espera) / comentario (?:pendiente de|a la espera de) / en moderación
commentaire est en attente / comentário (?:está )?aguarda(?:ndo)?
aguardando (?:aprovação|moderação)
commento è in attesa / in attesa di (?:moderazione|approvazione) / reactie wacht op
"""

OTHER_LISTS = """
related / similar / ähnlich / verwandt / relacionad / similaires / recent / latest / neueste
letzte / aktuelle / últim / reciente / populär / popular / beliebt / meist / most / más leíd
más visto / archiv / categor / kategor / tags?\\b / schlagw / menu / menü / menú / navigation
blogroll / links?\\b / share / teilen / compart / follow / folge / síguenos / top\\b / inhalt
contents / índice / contenido / trending / sources / quellen / fuentes / references / literatur
notes / fußnoten / einzelnachweise / ingredient / zutaten / instruc / anleitung
auch interess / weitere / empfehl / lesen sie auch / mehr (?:zum|aus|von)
more on / recommend / recomend / más sobre / lee también
also like / te puede / artículos / beiträge / posts?\\b
"""
