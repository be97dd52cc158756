/// What was held right after a request of an endurance cell; null for all other samples.
///
/// `memory` is a JSON object with `footprint_bytes`, `host_swap_bytes` and, as far as they are known, `swapped_bytes`,
/// `wired_bytes`, `host_pressure`, `engine_active_bytes`, `engine_cache_bytes` and `engine_buffers`.
enum MemoryMigration {
  static let sql = """
    ALTER TABLE samples ADD COLUMN memory TEXT CHECK (memory IS NULL OR json_valid(memory));

    """
}
