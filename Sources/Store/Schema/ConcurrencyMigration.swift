/// Sequences that a reading is of, null for one: rates of the view are those of all of them.
enum ConcurrencyMigration {
  static let sql = """
    ALTER TABLE samples ADD COLUMN sequences INTEGER CHECK (sequences >= 1);

    DROP VIEW throughput;
    CREATE VIEW throughput AS
    SELECT
      runs.session, runs.side, runs.model, samples.cell, samples.block, samples.repetition,
      ifnull(samples.sequences, 1) AS sequences,
      samples.prompt_tokens, samples.cached_tokens, samples.decode_tokens,
      ifnull(samples.sequences, 1) * (samples.prompt_tokens + samples.decode_tokens) * 1e9
        / nullif(samples.last_token_ns, 0) AS cumulative_tokens_per_second,
      ifnull(samples.sequences, 1) * (samples.prompt_tokens - samples.cached_tokens) * 1e9
        / nullif(samples.first_token_ns, 0) AS prefill_tokens_per_second,
      ifnull(samples.sequences, 1) * (samples.decode_tokens - 1) * 1e9
        / nullif(samples.last_token_ns - samples.first_token_ns, 0) AS decode_tokens_per_second,
      samples.first_token_ns / 1e6 AS first_token_latency_ms,
      samples.peak_memory_bytes,
      EXISTS (
        SELECT 1 FROM voids
        WHERE voids.session = runs.session AND voids.cell = samples.cell AND voids.block = samples.block) AS is_void
    FROM samples JOIN runs ON runs.number = samples.run
    WHERE samples.prompt_tokens IS NOT NULL;

    """
}
