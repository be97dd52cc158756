/// How it is known which weights answered; null for runs from before, whose engines hashed what they loaded.
enum ProofMigration {
  static let sql = """
    ALTER TABLE runs ADD COLUMN proof TEXT
      CHECK (proof IN ('hashed', 'process', 'fingerprint', 'unverified'));

    """
}
