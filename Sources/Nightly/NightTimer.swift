import Foundation
import Platform

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

    /// The timer of this operating system.
    public static var current: System {
      #if canImport(Darwin)
        .launchd
      #else
        .systemd
      #endif
    }
  }

  /// A file that an installation writes.
  public struct File: Sendable, Equatable {
    public let url: URL
    public let text: String
  }

  /// A path that a timer's files can't hold.
  public struct UnwritableText: Error, Equatable, Sendable, CustomStringConvertible {
    public let text: String
    public let problem: String

    public var description: String {
      "\(text.printable) \(problem), so that no timer can be installed with it; give it another name"
    }
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

  /// The commands by which the user starts the timer.
  public var activation: [String] {
    switch system {
    case .systemd:
      ["systemctl --user daemon-reload", "systemctl --user enable --now \(Self.label).timer", "loginctl enable-linger"]
    case .launchd: ["launchctl bootstrap gui/$(id -u) '\(urls[0].path.replacing("'", with: "'\\''"))'"]
    }
  }

  /// The commands by which the user stops the timer; they need the files.
  public var deactivation: [String] {
    switch system {
    case .systemd: ["systemctl --user disable --now \(Self.label).timer", "systemctl --user daemon-reload"]
    case .launchd: ["launchctl bootout gui/$(id -u)/\(Self.label)"]
    }
  }
}

extension NightTimer {
  /// The files that start `program arguments` every day at that time, with those environment variables.
  ///
  /// - Throws: ``UnwritableText`` for what the timer's files can't hold.
  public func files(
    program: URL, arguments: [String], environment: [String: String], at time: Time
  ) throws(UnwritableText) -> [File] {
    let words = [program.path] + arguments
    let variables = environment.sorted { $0.key < $1.key }
    for text in words + variables.flatMap({ [$0.key, $0.value] }) + urls.map(\.path) {
      guard !text.unicodeScalars.contains(where: Self.isUnwritable) else {
        throw UnwritableText(text: text, problem: "has a control character")
      }
    }
    switch system {
    case .systemd:
      guard !program.path.contains(where: "$\"'\\".contains) else {
        throw UnwritableText(
          text: program.path, problem: "has a quote, a \\ or a $, which systemd takes in no program's path")
      }
      let settings = variables.map { "Environment=\(Self.quoted("\($0.key)=\($0.value)"))\n" }.joined()
      let command = words.map { Self.quoted($0).replacing("$", with: "$$") }.joined(separator: " ")
      let clock = String(format: "%02d:%02d:00", time.hour, time.minute)
      return zip(
        urls,
        [
          """
          [Unit]
          Description=Nightly measurements of the resident model

          [Service]
          Type=oneshot
          \(settings)ExecStart=\(command)

          """,
          """
          [Unit]
          Description=Nightly measurements of the resident model, every day

          [Timer]
          OnCalendar=*-*-* \(clock)
          Persistent=false

          [Install]
          WantedBy=timers.target

          """,
        ]
      ).map(File.init)
    case .launchd:
      let strings = words.map { "    <string>\(Self.escaped($0))</string>" }.joined(separator: "\n")
      let pairs = variables.map {
        "    <key>\(Self.escaped($0.key))</key><string>\(Self.escaped($0.value))</string>\n"
      }.joined()
      return [
        File(
          url: urls[0],
          text: """
            <?xml version="1.0" encoding="UTF-8"?>
            <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
            <plist version="1.0">
            <dict>
              <key>Label</key><string>\(Self.label)</string>
              <key>ProgramArguments</key>
              <array>
            \(strings)
              </array>
              <key>EnvironmentVariables</key>
              <dict>
            \(pairs)  </dict>
              <key>StartCalendarInterval</key>
              <dict>
                <key>Hour</key><integer>\(time.hour)</integer>
                <key>Minute</key><integer>\(time.minute)</integer>
              </dict>
            </dict>
            </plist>

            """)
      ]
    }
  }

  /// Writes the files and makes their folders if need be.
  ///
  /// - Throws: If a file can't be written.
  public func install(_ files: [File]) throws {
    for file in files {
      try FileManager.default.createDirectory(
        at: file.url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try DurableFile.write(Array(file.text.utf8), to: file.url.path)
    }
  }

  /// Removes the files of an installation and nothing else.
  ///
  /// - Returns: Those that existed.
  /// - Throws: If one can't be removed.
  public func uninstall() throws -> [URL] {
    let present = urls.filter { FileManager.default.fileExists(atPath: $0.path) }
    for url in present { try FileManager.default.removeItem(at: url) }
    return present
  }

  /// A word of a systemd unit file (systemd.syntax(7)), in which `%` begins a specifier; in a command, but not in a setting of
  /// the environment, `$` begins a variable as well (systemd.service(5)).
  private static func quoted(_ word: String) -> String {
    let escaped = word.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("%", with: "%%")
    return "\"\(escaped)\""
  }

  /// Whether neither a unit file, which is read line by line, nor XML can hold it.
  private static func isUnwritable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: scalar.properties.isNoncharacterCodePoint
    }
  }

  /// A text of an XML element.
  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
