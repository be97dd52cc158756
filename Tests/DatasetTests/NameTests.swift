import Testing

@testable import Dataset

@Suite("Names of files")
struct NameTests {
  @Test(
    "An index that names a file elsewhere is refused",
    arguments: ["../x", "samples/../../x", "/etc/passwd", "samples/.x", "samples/", "other/x", "samples/a b", ""])
  func elsewhere(path: String) {
    #expect(throws: DatasetError.self) { try ShardName(path: path, of: "index") }
  }

  // date -u -d @1763866260.999 +%FT%T.%3NZ
  @Test("Times are UTC, cut to the millisecond")
  func time() {
    #expect(UTCTime(0)?.text == "1970-01-01T00:00:00.000Z")
    #expect(UTCTime(1_763_866_260.999)?.text == "2025-11-23T02:51:00.999Z")
    #expect(UTCTime(951_827_696)?.compact == "20000229T123456Z")
    #expect(UTCTime(253_402_300_799.5)?.text == "9999-12-31T23:59:59.500Z")
    #expect(UTCTime(951_782_400)?.text == "2000-02-29T00:00:00.000Z")
    #expect(UTCTime(4_107_542_400)?.compact == "21000301T000000Z")
  }

  @Test("Times outside the years 1970 to 9999 are refused", arguments: [-1, 253_402_300_800, .infinity, .nan, 1e300])
  func unusable(seconds: Double) {
    #expect(UTCTime(seconds) == nil)
  }
}
