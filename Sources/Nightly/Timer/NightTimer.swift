import Foundation

/// The operating system's own timer that starts a night: a systemd user timer on Linux, a launchd agent on macOS.
public struct NightTimer: Sendable, Equatable {
  /// The hour and minute of every day.
  public struct Time: Sendable, Equatable {
    public let hour: Int
    public let minute: Int

    /// From `HH:MM`; nil for anything else.
    public init?(_ text: String) {
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let hour = Int(parts[0]),
        let minute = Int(parts[1]), (0..<24).contains(hour), (0..<60).contains(minute)
      else { return nil }
      self.hour = hour
      self.minute = minute
    }
  }

  public enum System: String, Sendable {
    case systemd
    case launchd

    /// The one of this operating system.
    public static var current: System {
      #if canImport(Darwin)
        .launchd
      #else
        .systemd
      #endif
    }
  }

  /// One file that an installation writes, and nothing else of the user's.
  public struct File: Sendable, Equatable {
    public let url: URL
    public let text: String
  }

  static let label = "resident-nightly"

  let system: System
  let home: URL

  /// - Parameter home: The user's home folder.
  public init(system: System = .current, home: URL) {
    self.system = system
    self.home = home
  }

  /// The files of an installation, by path.
  public var urls: [URL] {
    switch system {
    case .systemd:
      ["\(Self.label).service", "\(Self.label).timer"].map {
        home.appendingPathComponent(".config/systemd/user/\($0)")
      }
    case .launchd: [home.appendingPathComponent("Library/LaunchAgents/\(Self.label).plist")]
    }
  }

  /// What the user is to run so that the system takes notice.
  public var activation: [String] {
    switch system {
    case .systemd:
      ["systemctl --user daemon-reload", "systemctl --user enable --now \(Self.label).timer", "loginctl enable-linger"]
    case .launchd: ["launchctl bootstrap gui/$(id -u) '\(urls[0].path)'"]
    }
  }

  /// What the user is to run before the files are gone.
  public var deactivation: [String] {
    switch system {
    case .systemd: ["systemctl --user disable --now \(Self.label).timer", "systemctl --user daemon-reload"]
    case .launchd: ["launchctl bootout gui/$(id -u)/\(Self.label)"]
    }
  }
}
