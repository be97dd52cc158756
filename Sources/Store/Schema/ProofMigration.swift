/// How it is known which weights answered; null where unverified, and for runs from
/// before, whose engines hashed what they loaded.
enum ProofMigration {
  static let sql = """
    ALTER TABLE runs ADD COLUMN proof TEXT
      CHECK (proof IS NULL OR proof IN ('hashed', 'process', 'fingerprint') AND weights_hash IS NOT NULL);

    """
}
