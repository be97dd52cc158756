/// Counts the attempts to unseat a resident (null for sessions from before, and for models measured alone), and says
/// which file an edit is of (null for the registry of the time).
enum Migration2 {
  static let sql = """
    ALTER TABLE sessions ADD COLUMN challenge INTEGER CHECK (challenge >= 1);

    CREATE TRIGGER sessions_keep_challenge BEFORE UPDATE OF challenge ON sessions
    WHEN OLD.challenge IS NOT NEW.challenge
    BEGIN SELECT raise(ABORT, 'a session keeps its challenge'); END;

    ALTER TABLE registry_edits ADD COLUMN file TEXT;

    CREATE TRIGGER registry_edits_keep_file BEFORE UPDATE OF file ON registry_edits
    WHEN OLD.file IS NOT NEW.file
    BEGIN SELECT raise(ABORT, 'a registry edit keeps its file'); END;

    """
}
