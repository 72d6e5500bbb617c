//! The file's modes, its making by several at once, and what is refused.

use std::sync::Barrier;

use super::*;

fn file() -> (tempfile::TempDir, KeyFile) {
    let folder = tempfile::tempdir().unwrap();
    let file = KeyFile::new(folder.path().join("master.key"));
    (folder, file)
}

fn set_mode(file: &KeyFile, mode: u32) {
    fs::set_permissions(file.path(), fs::Permissions::from_mode(mode)).unwrap();
}

fn write(file: &KeyFile, text: &str) {
    fs::write(file.path(), text).unwrap();
    set_mode(file, 0o600);
}

#[test]
fn a_new_file_is_for_its_owner_and_alone_in_its_folder() {
    let (folder, file) = file();
    assert!(!file.exists().unwrap());
    let id = file.create().unwrap();
    let mode = fs::metadata(file.path()).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode, 0o600, "{mode:o}");
    assert_eq!(file.keys().unwrap()[0].id(), id);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_file_that_is_there_is_never_replaced() {
    let (folder, file) = file();
    let id = file.create().unwrap();
    assert!(matches!(file.create(), Err(KeyError::Present { .. })));
    assert_eq!(file.keys().unwrap()[0].id(), id);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn of_many_that_make_it_at_once_one_succeeds() {
    let (_folder, file) = file();
    let start = Barrier::new(8);
    let made: Vec<KeyId> = std::thread::scope(|scope| {
        let make = || {
            start.wait();
            file.create().ok()
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(make)).collect();
        threads.into_iter().filter_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(made.len(), 1);
    assert_eq!(file.keys().unwrap()[0].id(), made[0]);
}

#[test]
fn a_file_that_others_may_read_or_write_is_refused() {
    let (_folder, file) = file();
    file.create().unwrap();
    for mode in [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644, 0o666, 0o777] {
        set_mode(&file, mode);
        let refused = file.keys().unwrap_err();
        assert!(matches!(refused, KeyError::Open { mode: found, .. } if found == mode));
        assert!(refused.to_string().contains("chmod 600"), "{refused}");
        assert!(file.add_key().is_err());
    }
    for mode in [0o600, 0o400] {
        set_mode(&file, mode);
        assert!(file.keys().is_ok());
    }
}

#[test]
fn an_added_key_comes_first_and_keeps_the_mode_and_the_old_keys() {
    let (folder, file) = file();
    let first = file.create().unwrap();
    let second = file.add_key().unwrap();
    let third = file.add_key().unwrap();
    let ids: Vec<_> = file.keys().unwrap().iter().map(MasterKey::id).collect();
    assert_eq!(ids, [third, second, first]);
    let mode = fs::metadata(file.path()).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode, 0o600);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(fs::read_to_string(file.path()).unwrap().matches("Master keys").count(), 1);
}

#[test]
fn of_many_that_add_a_key_at_once_each_one_does() {
    let (_folder, file) = file();
    let mut expected = vec![file.create().unwrap()];
    let start = Barrier::new(8);
    std::thread::scope(|scope| {
        let add = || {
            start.wait();
            file.add_key().unwrap()
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(add)).collect();
        expected.extend(threads.into_iter().map(|thread| thread.join().unwrap()));
    });
    let mut ids: Vec<_> = file.keys().unwrap().iter().map(MasterKey::id).collect();
    ids.sort();
    expected.sort();
    assert_eq!(ids, expected);
}

#[test]
fn an_added_key_leaves_the_file_to_its_owner() {
    let (_folder, file) = file();
    file.create().unwrap();
    if std::os::unix::fs::chown(file.path(), Some(1), Some(1)).is_err() {
        eprintln!("SKIPPED: only root can give a file away");
        return;
    }
    file.add_key().unwrap();
    let metadata = fs::metadata(file.path()).unwrap();
    assert_eq!((metadata.uid(), metadata.gid()), (1, 1));
}

#[test]
fn a_link_stays_a_link() {
    let (folder, file) = file();
    file.create().unwrap();
    let link = KeyFile::new(folder.path().join("link"));
    std::os::unix::fs::symlink(file.path(), link.path()).unwrap();
    let added = link.add_key().unwrap();
    assert!(fs::symlink_metadata(link.path()).unwrap().is_symlink());
    assert_eq!(file.keys().unwrap()[0].id(), added);
}

#[test]
fn what_is_no_key_file_is_named_by_its_line_and_not_shown() {
    let (folder, file) = file();
    assert!(matches!(file.keys(), Err(KeyError::Absent { .. })));
    file.create().unwrap();
    let good = fs::read_to_string(file.path()).unwrap();
    write(&file, &format!("{good}\nc2hvcnQtY2FuYXJ5\n"));
    let refused = file.keys().unwrap_err();
    assert!(matches!(refused, KeyError::Content { line: 5, .. }), "{refused}");
    assert!(!format!("{refused} {refused:?}").contains("c2hvcnQ"));
    for text in ["", "# nothing\n", "\u{0}"] {
        write(&file, text);
        assert!(matches!(file.keys(), Err(KeyError::Content { .. })));
    }
    write(&file, &"#".repeat(SIZE_LIMIT as usize + 1));
    assert!(matches!(file.keys(), Err(KeyError::Content { .. })));
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
    assert!(KeyFile::new(folder.path()).keys().is_err());
}
