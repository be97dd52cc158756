import Foundation

extension NightTimer {
  /// The files that start `program arguments` every day at that time, with those environment variables.
  public func files(
    program: URL, arguments: [String], environment: [String: String], at time: Time
  ) -> [File] {
    let words = [program.path] + arguments
    let variables = environment.sorted { $0.key < $1.key }
    switch system {
    case .systemd:
      let settings = variables.map { "Environment=\(Self.quoted("\($0.key)=\($0.value)"))\n" }.joined()
      let clock = String(format: "%02d:%02d:00", time.hour, time.minute)
      return zip(
        urls,
        [
          """
          [Unit]
          Description=Nightly measurements of the resident model

          [Service]
          Type=oneshot
          \(settings)ExecStart=\(words.map(Self.quoted).joined(separator: " "))

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

  /// Writes the files and makes their folders where need be.
  ///
  /// - Throws: where a file can't be written.
  public func install(_ files: [File]) throws {
    for file in files {
      try FileManager.default.createDirectory(
        at: file.url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(file.text.utf8).write(to: file.url, options: .atomic)
    }
  }

  /// Removes the files of an installation and nothing else; returns those that were there.
  ///
  /// - Throws: where one can't be removed.
  public func uninstall() throws -> [URL] {
    let present = urls.filter { FileManager.default.fileExists(atPath: $0.path) }
    for url in present { try FileManager.default.removeItem(at: url) }
    return present
  }

  /// A word as systemd's unit files read it (systemd.syntax(7)); `%` begins a specifier and `$` a variable.
  private static func quoted(_ word: String) -> String {
    let escaped = word.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("%", with: "%%")
      .replacing("$", with: "$$").replacing("\n", with: "\\n")
    return "\"\(escaped)\""
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
