/// A point in time in UTC, to the millisecond.
struct UTCTime {
  private let days: Int
  private let millisecond: Int

  private static let millisecondsPerDay = 86_400_000

  /// - Returns: Nil outside the years 1970 to 9999.
  init?(_ secondsSince1970: Double) {
    // The first second of the year 10000.
    guard secondsSince1970 >= 0, secondsSince1970 < 253_402_300_800 else { return nil }
    let seconds = secondsSince1970.rounded(.down)
    let milliseconds = Int(seconds) * 1000 + Int((secondsSince1970 - seconds) * 1000)
    days = milliseconds / Self.millisecondsPerDay
    millisecond = milliseconds % Self.millisecondsPerDay
  }

  /// For example `2026-01-31T23:59:59.123Z`.
  var text: String {
    let (year, month, day) = date
    return "\(pad(year, 4))-\(pad(month))-\(pad(day))T\(pad(hour)):\(pad(minute)):\(pad(second))"
      + ".\(pad(millisecond % 1000, 3))Z"
  }

  /// For example `20260131T235959Z`, for file names.
  var compact: String {
    let (year, month, day) = date
    return "\(pad(year, 4))\(pad(month))\(pad(day))T\(pad(hour))\(pad(minute))\(pad(second))Z"
  }

  private var hour: Int { millisecond / 3_600_000 }
  private var minute: Int { millisecond / 60_000 % 60 }
  private var second: Int { millisecond / 1000 % 60 }

  /// The date in the proleptic Gregorian calendar. Years count from March, so that the leap day is the last one.
  ///
  /// An export formats millions of times, and a `Calendar` needs microseconds for each.
  private var date: (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
  }

  private func pad(_ number: Int, _ width: Int = 2) -> String {
    let digits = String(number)
    return digits.utf8.count >= width ? digits : String(repeating: "0", count: width - digits.utf8.count) + digits
  }
}
