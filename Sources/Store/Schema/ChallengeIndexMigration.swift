/// Finds the newest challenges without a look at every comparison that there ever was.
enum ChallengeIndexMigration {
  static let sql = """
    CREATE INDEX sessions_by_challenge ON sessions (challenge, state);

    """
}
