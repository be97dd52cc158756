/// The slices of a request that took turns with the other model's; null for a request that was made whole.
///
/// `slices` is a JSON array with an array per slice: its phase, tokens, nanoseconds, processor nanoseconds and
/// involuntary switches, the last two null where the engine does not report them.
enum SliceMigration {
  static let sql = """
    ALTER TABLE samples ADD COLUMN slices TEXT
      CHECK (slices IS NULL OR json_valid(slices) AND prompt_tokens IS NOT NULL);

    """
}
