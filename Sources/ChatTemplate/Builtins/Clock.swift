import Foundation

/// Formats a point in time as C's `strftime` does, with English names.
struct Clock: Sendable {
  let date: Date
  let timeZone: TimeZone

  /// The format with its directives replaced; an unknown one stays as it is.
  func text(_ format: String) -> String {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = timeZone
    let moment = Moment(date: date, calendar: calendar)
    var result = ""
    var scalars = format.unicodeScalars[...]
    while let scalar = scalars.popFirst() {
      guard scalar == "%", var directive = scalars.popFirst() else {
        result.unicodeScalars.append(scalar)
        continue
      }
      let isUnpadded = directive == "-"
      if isUnpadded, let next = scalars.popFirst() { directive = next }
      result += moment.text(directive, isUnpadded: isUnpadded) ?? (isUnpadded ? "%-\(directive)" : "%\(directive)")
    }
    return result
  }
}

/// The calendar and clock fields of a point in time.
private struct Moment {
  private static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]

  private let year, month, day, hour, minute, second, microsecond, weekday, dayOfYear: Int

  init(date: Date, calendar: Calendar) {
    let parts = calendar.dateComponents(
      [.year, .month, .day, .hour, .minute, .second, .nanosecond, .weekday], from: date)
    year = parts.year ?? 1
    month = parts.month ?? 1
    day = parts.day ?? 1
    hour = parts.hour ?? 0
    minute = parts.minute ?? 0
    second = parts.second ?? 0
    microsecond = (parts.nanosecond ?? 0) / 1000
    weekday = (parts.weekday ?? 1) - 1
    dayOfYear = calendar.ordinality(of: .day, in: .year, for: date) ?? 1
  }

  /// The text of a directive; nil for an unknown one.
  func text(_ directive: Unicode.Scalar, isUnpadded: Bool) -> String? {
    func padded(_ value: Int, _ width: Int, with fill: Character = "0") -> String {
      let digits = String(value)
      return isUnpadded ? digits : String(repeating: fill, count: max(0, width - digits.count)) + digits
    }
    let hour12 = hour % 12 == 0 ? 12 : hour % 12
    switch directive {
    case "a": return String(Self.weekdays[weekday].prefix(3))
    case "A": return Self.weekdays[weekday]
    case "b", "h": return String(Self.months[month - 1].prefix(3))
    case "B": return Self.months[month - 1]
    case "d": return padded(day, 2)
    case "e": return padded(day, 2, with: " ")
    case "f": return padded(microsecond, 6)
    case "H": return padded(hour, 2)
    case "I": return padded(hour12, 2)
    case "j": return padded(dayOfYear, 3)
    case "m": return padded(month, 2)
    case "M": return padded(minute, 2)
    case "p": return hour < 12 ? "AM" : "PM"
    case "S": return padded(second, 2)
    case "u": return String(weekday == 0 ? 7 : weekday)
    case "w": return String(weekday)
    case "y": return padded(year % 100, 2)
    case "Y": return String(year)
    case "n": return "\n"
    case "t": return "\t"
    case "%": return "%"
    case "z", "Z": return ""
    default: return combined(directive)
    }
  }

  /// The text of a directive that stands for several others; nil for an unknown one.
  private func combined(_ directive: Unicode.Scalar) -> String? {
    let parts: [(Unicode.Scalar, String)]
    switch directive {
    case "D", "x": parts = [("m", "/"), ("d", "/"), ("y", "")]
    case "F": parts = [("Y", "-"), ("m", "-"), ("d", "")]
    case "R": parts = [("H", ":"), ("M", "")]
    case "T", "X": parts = [("H", ":"), ("M", ":"), ("S", "")]
    case "r": parts = [("I", ":"), ("M", ":"), ("S", " "), ("p", "")]
    case "c": parts = [("a", " "), ("b", " "), ("e", " "), ("T", " "), ("Y", "")]
    default: return nil
    }
    return parts.map { (text($0, isUnpadded: false) ?? "") + $1 }.joined()
  }
}
