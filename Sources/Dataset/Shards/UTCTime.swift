import Foundation

/// A time of day in UTC, to the millisecond.
struct UTCTime {
  private let year: Int
  private let month: Int
  private let day: Int
  private let hour: Int
  private let minute: Int
  private let second: Int
  private let millisecond: Int

  /// Nil outside the years 1970 to 9999.
  init?(_ secondsSince1970: Double) {
    // The first second of the year 10000.
    guard secondsSince1970 >= 0, secondsSince1970 < 253_402_300_800 else { return nil }
    let seconds = secondsSince1970.rounded(.down)
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    let parts = calendar.dateComponents(
      [.year, .month, .day, .hour, .minute, .second], from: Date(timeIntervalSince1970: seconds))
    guard let year = parts.year, let month = parts.month, let day = parts.day, let hour = parts.hour,
      let minute = parts.minute, let second = parts.second
    else { return nil }
    (self.year, self.month, self.day) = (year, month, day)
    (self.hour, self.minute, self.second) = (hour, minute, second)
    millisecond = Int((secondsSince1970 - seconds) * 1000)
  }

  /// For example `2026-01-31T23:59:59.123Z`.
  var text: String {
    "\(pad(year, 4))-\(pad(month))-\(pad(day))T\(pad(hour)):\(pad(minute)):\(pad(second)).\(pad(millisecond, 3))Z"
  }

  /// For example `20260131T235959Z`, for file names.
  var compact: String { "\(pad(year, 4))\(pad(month))\(pad(day))T\(pad(hour))\(pad(minute))\(pad(second))Z" }

  private func pad(_ number: Int, _ width: Int = 2) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
