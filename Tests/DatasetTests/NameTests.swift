import Testing

@testable import Dataset

@Suite("Names of files")
struct NameTests {
  @Test(
    "A slug is harmless in a file's name",
    arguments: [
      ("mlx-community/Qwen3-30B-A3B-4bit", "mlx-community-qwen3-30b-a3b-4bit"), ("../../etc/passwd", "etc-passwd"),
      ("", "unnamed"), ("…", "unnamed"), ("a.b_c", "a.b_c"), (".hidden", "hidden"), ("日本", "unnamed"),
      (String(repeating: "a", count: 100), String(repeating: "a", count: 60)),
    ])
  func slug(name: String, slug: String) {
    #expect(Shard.slug(name) == slug)
  }

  // date -u -d @1763866260.999 +%FT%T.%3NZ
  @Test("Times are UTC, cut to the millisecond")
  func time() {
    #expect(UTCTime(0)?.text == "1970-01-01T00:00:00.000Z")
    #expect(UTCTime(1_763_866_260.999)?.text == "2025-11-23T02:51:00.999Z")
    #expect(UTCTime(951_827_696)?.compact == "20000229T123456Z")
    #expect(UTCTime(253_402_300_799.5)?.text == "9999-12-31T23:59:59.500Z")
  }

  @Test("Times that no file's name can hold are none", arguments: [-1, 253_402_300_800, .infinity, .nan, 1e300])
  func unusable(seconds: Double) {
    #expect(UTCTime(seconds) == nil)
  }
}
