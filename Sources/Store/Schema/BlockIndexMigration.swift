/// Finds a run's blocks without a look at its answers, of which there may be thousands.
enum BlockIndexMigration {
  /// Queries must repeat the condition as it stands, or SQLite does not see that the index serves them.
  static let condition = "samples.item IS NULL OR samples.item GLOB '#*'"

  static let sql = """
    CREATE INDEX samples_of_blocks ON samples (run) WHERE item IS NULL OR item GLOB '#*';

    """
}
