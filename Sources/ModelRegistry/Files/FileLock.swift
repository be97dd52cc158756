/// The right to edit one file, by an advisory lock on a sibling file `.<name>.lock`.
///
/// The lock is the kernel's (`flock`), so it ends with the process however that ends; the sibling only carries it, and
/// the holder's process id. It is removed with the lock, so that no edited folder keeps one.
struct FileLock {
  private let file: DurableFile

  static func path(for target: String) -> String {
    DurableFile.hiddenSibling(of: target, suffix: ".lock")
  }

  /// Runs `body` while no other process or thread edits `target`.
  ///
  /// - Throws: `RegistryError.FileProblem.locked` with the holder after `timeout`; what `body` throws.
  static func withLock<Result>(
    on target: String, timeout: Duration, _ body: () throws(RegistryError) -> Result
  ) throws(RegistryError) -> Result {
    let lock = try acquire(path(for: target), target: target, timeout: timeout)
    defer { lock.release() }
    return try body()
  }

  private static func acquire(
    _ path: String, target: String, timeout: Duration
  ) throws(RegistryError) -> FileLock {
    let deadline = ContinuousClock.now + timeout
    while true {
      let file = try DurableFile(path, .locking)
      do throws(RegistryError) {
        if try file.tryLock() {
          if try file.hasName() {
            let lock = FileLock(file: file)
            lock.nameHolder()
            return lock
          }
        } else if ContinuousClock.now >= deadline {
          throw .file(path: target, .locked(holder: holder(in: file)))
        } else {
          DurableFile.pause(milliseconds: 5)
        }
      } catch {
        file.release()
        throw error
      }
      file.release()
    }
  }

  /// For messages of others only: the lock holds without it, as on a full disk.
  private func nameHolder() {
    guard (try? file.truncate()) != nil else { return }
    try? file.append(Array("\(DurableFile.processIdentifier)\n".utf8))
  }

  private static func holder(in file: DurableFile) -> Int32? {
    guard let bytes = try? file.contents() else { return nil }
    return Int32(String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self))
  }

  /// Removes the sibling while it is still locked: whoever waits for it will find that it lost its name.
  private func release() {
    DurableFile.remove(file.path)
    file.release()
  }
}
