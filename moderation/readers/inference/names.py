"""What people call the fields of comments, in many languages, where no exact name is known.

A name is only a hint: the values of a field decide whether it can be what its name says.
"""

from __future__ import annotations

import re

from moderation.readers.synonyms import plainly

_TEXT = (
    r"comments?$|comment(ary|aires?|i|o|text|body|content|html|raw)$|kommentar|coment[aá]rio|reactie$|"
    r"opmerking|text$|^text|texte|testo|texto|tekst|treść|wpis|body|inhalt|content$|contenido|"
    r"conteúdo|contenu|contenuto|message|msg|mensa(je|gem)|nachricht|messaggio|wiadomość|"
    r"reviews?(text|body|content)?$|opini|feedback|remark|notes?$|tweet$|utterance|yorum|mesaj|"
    r"komment|комментари|коментар|текст|сообщени|отзыв|повідомлення|σχόλι|κείμενο|"
    r"תגובה|טקסט|تعليق|نص|نظر|متن|टिप्पणी|"
    r"评论内容|评论|評論|内容|內容|正文|留言|回复内容|回覆內容|弹幕|コメント|本文|メッセージ|"
    r"댓글|내용|본문|ความคิดเห็น|ข้อความ|bìnhluận|nộidung|komentar|isi"
)
_PARENT = (
    r"parent|reply(ing)?to|repl(y|ied)|inreply|answer(s|ed)?(to|id)|respond|response?to|refers|"
    r"antwort|eltern|vater|übergeordnet|r[ée]pon(se|d)|padre|respuesta|resposta|responde|rispost|genitore|"
    r"^pai(id)?$|antwoord|odpowied|nadrz|родител|ответ|відповід|батьк|απάντηση|הורה|رد|والد|"
    r"父|上级|上級|回复(给|对象|评论|用户|id)|回覆|返信|親|부모|상위|답글|üst|yanıt|trảlời|balas|^pid$|^rid$|quote(d)?id"
)
_ID = (
    r"(^|comment|reply|post|message|msg|review)(id|no|nr|key|hash|uid|guid|number)$|^_?id$|^uuid$|"
    r"nummer|kennung|identifi|código|评论id|评论编号|编号|編號|番号|번호|^№$|^номер$|номеркомм|oid$"
)
_THREAD = (
    r"thread|topic|article|story|post(id|url|key|title|slug)|page|url$|link$|video|asset|discussion|"
    r"conversation|subject|permalink|artikel|beitrag|thema|seite|sujet|fil$|hilo|tema|tópico|"
    r"artícul|artigo|discussione|argomento|onderwerp|wątek|temat|artykuł|тем[аы]|статья|страниц|"
    r"文章|帖子|主题|主題|话题|视频|页面|记事|記事|スレッド|ページ|동영상|게시글|글번호|konu|bàiviết"
)
_AUTHOR = (
    r"author|user|nick|name$|by$|from$|sender|who$|handle|speaker|poster|commenter|reviewer|autor|"
    r"verfasser|benutzer|nutzer|absender|auteur|pseudo|utilisateur|usuario|usuário|nombre|nome|"
    r"autore|utente|gebruiker|naam|użytkown|автор|пользов|имя|ник$|ім.я|συγγραφ|χρήστης|"
    r"מחבר|שם|كاتب|اسم|نام|作者|用户|用戶|昵称|暱稱|名前|投稿者|ユーザ|작성자|닉네임|이름|kullanıcı|isim|ngườidùng|penulis"
)
_TIME = (
    r"time|date|created|when$|posted|published|stamp|^ts$|datum|zeit|erstellt|heure|fecha|hora|"
    r"data$|dataora|publi(cado|é)|utworzon|дата|время|створено|ημερομην|תאריך|تاريخ|"
    r"时间|時間|日期|日時|投稿日|시간|작성일|날짜|tarih|ngày|tanggal|waktu"
)
_STATUS = (
    r"status|state$|approved|moderat|visib|zustand|estado|statut|stato|статус|状态|狀態|상태|durum"
)
_TITLE = r"title|headline|titel|título|titre|titolo|tytuł|заголов|标题|標題|タイトル|제목|başlık"

_HINTS = {
    "text": _TEXT,
    "parent_id": _PARENT,
    "id": _ID,
    "thread_id": _THREAD,
    "author": _AUTHOR,
    "created_at": _TIME,
    "status": _STATUS,
    "title": _TITLE,
}
_COMPILED = {role: re.compile(words) for role, words in _HINTS.items()}
_COMMENTS = re.compile(
    r"comment|repl(y|ies)|message|post|review|response|answer|discussion|thread|feedback|^notes|journals|kommentar|"
    r"coment|reactie|antwort|комментар|отзыв|评论|評論|回复|留言|コメント|댓글|children|childs|nodes"
)
_NO_COMMENTS = re.compile(
    r"^(user|member|author|people|person|account|profile|participant|speaker|commenter|"
    r"emote|emoji|sticker|tag|label|categor|link|media|image|photo|attachment|option|setting|"
    r"article|page|video|product|channel|group|badge|reaction|mention|entit|hashtag)"
)


def hints(path: str, role: str) -> bool:
    """Whether the name of a field sounds like this column of ours.

    >>> hints("评论内容", "text"), hints("Antwort auf", "parent_id"), hints("kx", "id")
    (True, True, False)
    """
    return any(
        _COMPILED[role].search(plainly(name)) is not None
        for name in (path, path.rpartition(".")[2])
    )


def of_comments(key: str) -> int:
    """Whether a list of this name sounds as if it held comments: 1, -1 if it does not, 0 either."""
    name = plainly(key)
    return -1 if _NO_COMMENTS.search(name) else int(_COMMENTS.search(name) is not None)
