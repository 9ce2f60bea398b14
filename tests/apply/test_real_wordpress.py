"""A real WordPress and its database, where Debian's packages of both are installed.

`apt-get install php-cli php-mysql mariadb-server wordpress`
"""

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from base64 import b64encode
from pathlib import Path

import pytest

WORDPRESS = Path("/usr/share/wordpress")
NEEDED = [name for name in ("php", "mariadbd", "mariadb-install-db") if not shutil.which(name)]
NEEDED += [str(WORDPRESS)] if not WORDPRESS.exists() else []
pytestmark = pytest.mark.skipif(bool(NEEDED), reason=f"needs {', '.join(NEEDED)}")

CONFIG = """<?php
define('DB_NAME', 'wp'); define('DB_USER', 'root'); define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:%(socket)s'); define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', ''); define('AUTH_KEY', 'k'); define('AUTH_SALT', 's');
define('SECURE_AUTH_KEY', 'k'); define('SECURE_AUTH_SALT', 's'); define('NONCE_KEY', 'k');
define('NONCE_SALT', 's'); define('LOGGED_IN_KEY', 'k'); define('LOGGED_IN_SALT', 's');
define('WP_ENVIRONMENT_TYPE', 'local'); define('WP_HTTP_BLOCK_EXTERNAL', true);
define('DISABLE_WP_CRON', true); define('WP_HOME', '%(url)s'); define('WP_SITEURL', '%(url)s');
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""
SETUP = """<?php
define('WP_INSTALLING', true);
$_SERVER['HTTP_HOST'] = '127.0.0.1'; $_SERVER['REQUEST_URI'] = '/';
$_SERVER['REMOTE_ADDR'] = '192.0.2.9'; $_SERVER['HTTP_USER_AGENT'] = 'Mozilla (X11) "q"';
require 'wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
add_filter('pre_wp_mail', fn() => true);
$user = wp_install('Tea', 'mod', 'mod@example.org', false, '', 'unused-here')['user_id'];
remove_all_filters('check_comment_flood');
add_filter('pre_comment_approved', fn() => $GLOBALS['to']);
$wpdb->query('DELETE FROM wp_comments');
$texts = ["it's \\\\ \\"plain\\"\\n\\né",
          'see <a href="http://x.example/?a=1&b=2">x</a> a < b R&D <b>b</b>',
          "<a href='https://y.example/p' title='t'>w</a>\\r\\n50% <em>off</em> &eacute; i > j"];
foreach ($texts as $n => $text) foreach (['1', '0', 'spam'] as $to)
    wp_new_comment(wp_slash(['comment_post_ID' => 1, 'comment_content' => "$text $n$to",
        'comment_author' => ['Ann', "O'Hara & co", 'Zoë 50%'][$n], 'user_id' => 0,
        'comment_author_url' => ['', 'http://x.example/?a=1&b=2', 'https://z.example'][$n],
        'comment_author_email' => 'a+b@x.example', 'comment_type' => 'comment']));
foreach (["kept <img src=x>", "a < b & c", "&bogus;"] as $text)
    $wpdb->insert('wp_comments', ['comment_post_ID' => 1, 'comment_content' => $text,
        'comment_author' => 'Ann', 'comment_approved' => '1', 'comment_author_IP' => '192.0.2.9']);
echo WP_Application_Passwords::create_new_application_password($user, ['name' => 't'])[0];
"""


def wait_for(condition):
    for _ in range(200):
        if condition():
            return
        time.sleep(0.1)
    pytest.fail("the server did not start")


def answers(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def blog(tmp_path_factory):
    """`(address, password, rows of the comments)` of a blog with comments of every kind."""
    folder = tmp_path_factory.mktemp("blog")
    data, place, root = folder / "db", folder / "s", folder / "wp"
    install = ["mariadb-install-db", "--no-defaults", f"--datadir={data}",
               "--auth-root-authentication-method=normal"]  # fmt: skip
    user = ["--user=root"] if os.getuid() == 0 else []
    subprocess.run([*install, *user], check=True, capture_output=True, timeout=120)
    server = subprocess.Popen(["mariadbd", "--no-defaults", f"--datadir={data}", *user,
                               f"--socket={place}", "--skip-networking",
                               f"--log-error={folder / 'log'}"])  # fmt: skip
    client = ["mariadb", "--no-defaults", "-u", "root", "-S", str(place)]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    php = None
    try:
        wait_for(place.exists)
        subprocess.run([*client, "-e", "CREATE DATABASE wp"], check=True, timeout=60)
        shutil.copytree(WORDPRESS, root, ignore_dangling_symlinks=True)
        (root / "wp-config.php").unlink(missing_ok=True)
        (root / "wp-config.php").write_text(CONFIG % {"socket": place, "url": url})
        (root / "setup.php").write_text(SETUP)
        made = subprocess.run(["php", "setup.php"], cwd=root, capture_output=True, text=True,
                              check=True, timeout=120)  # fmt: skip
        php = subprocess.Popen(["php", "-S", f"127.0.0.1:{port}", "-t", str(root)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        wait_for(lambda: answers(port))

        def rows():
            query = "SELECT * FROM wp_comments ORDER BY comment_ID"
            return subprocess.run([*client, "wp", "-N", "-e", query], check=True, timeout=60,
                                  capture_output=True).stdout  # fmt: skip

        yield url, made.stdout.strip(), rows
    finally:
        for process in [php, server]:
            if process is not None:
                process.terminate()
                process.wait(60)


def test_there_and_back_on_a_real_blog(blog, write_inputs, moderation, monkeypatch):
    url, password, rows = blog
    monkeypatch.setenv("WORDPRESS_USER", "mod")
    monkeypatch.setenv("WORDPRESS_APPLICATION_PASSWORD", password)
    signed = {"Authorization": "Basic " + b64encode(f"mod:{password}".encode()).decode()}
    listed = []
    for status in ("approve", "hold", "spam"):
        query = f"{url}/?rest_route=/wp/v2/comments&context=edit&per_page=100&status={status}"
        with urllib.request.urlopen(urllib.request.Request(query, headers=signed)) as answer:
            listed += json.load(answer)
    words = {"approved": "approved", "hold": "pending", "spam": "spam"}
    places = [("1", str(one["id"]), words[one["status"]]) for one in listed]
    label = ("spam", "abuse")
    write_inputs(
        places,
        [(*place[:2], label[int(place[1]) % 2], place[2] != "spam") for place in places],
    )
    before = rows()
    planned = moderation(
        "apply", "plan", "ledger.jsonl", "scored.jsonl", "--to", "wordpress-rest",
        "--site", url, "--approve", "--max-share", "1", "-o", "p.jsonl",
    )  # fmt: skip
    assert "12 steps" in planned.err, planned
    dry = moderation("apply", "run", "p.jsonl")
    assert rows() == before
    ran = moderation("apply", "run", "p.jsonl", "--yes")
    assert ("9 to write" in dry.err, "9 written, 3 left alone" in ran.err) == (True, True), ran
    assert rows() != before
    assert "9 as written" in moderation("apply", "verify", "p.jsonl").err
    back = moderation("apply", "undo", "p.jsonl", "--yes")
    assert back.status == 0, back
    assert rows() == before
