import Checkpoint
import Foundation

// Maps the file that is its argument, says so by a line, waits for a line and reads every byte.
guard CommandLine.arguments.count == 2 else { exit(64) }
let file = try MappedFile(contentsOf: URL(fileURLWithPath: CommandLine.arguments[1]))
try FileHandle.standardOutput.write(contentsOf: Data("mapped\n".utf8))
_ = readLine()
let sum = file.withBytes { bytes in bytes.reduce(0) { $0 &+ Int($1) } }
try FileHandle.standardOutput.write(contentsOf: Data("\(sum)\n".utf8))
