"""Temporary folders are there for who made them, whoever sweeps at the same moment."""

import os
import shutil
import threading

from moderation.temporary import PREFIX, Folder, sweep


def test_a_folder_that_is_swept_before_it_is_open_is_made_again(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    swept = []
    real = os.open

    def opened(path, *rest, **more):
        if not swept and PREFIX in str(path):
            swept.append(path)
            shutil.rmtree(path)
        return real(path, *rest, **more)

    monkeypatch.setattr(os, "open", opened)
    folder = Folder()
    assert swept
    assert folder.path.is_dir()
    folder.close()
    assert list(tmp_path.iterdir()) == []


def test_folders_stand_while_others_sweep(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    done = threading.Event()

    def sweeping():
        while not done.is_set():
            sweep()

    sweepers = [threading.Thread(target=sweeping) for _ in range(2)]
    for thread in sweepers:
        thread.start()
    folders = [Folder() for _ in range(300)]
    stand = [folder.path.is_dir() for folder in folders]
    done.set()
    for thread in sweepers:
        thread.join()
    assert stand == [True] * 300
    for folder in folders:
        folder.close()
    assert list(tmp_path.iterdir()) == []
