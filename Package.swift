// swift-tools-version: 6.0
import PackageDescription

let package = Package(
  name: "resident",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "resident", targets: ["resident"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    .target(name: "JSON"),
    .target(name: "Vocabulary"),
    .target(name: "Platform"),
    .target(name: "Statistics"),
    .target(name: "ChatTemplate"),
    .target(name: "Tokenization", dependencies: ["JSON"]),
    .target(name: "Checkpoint", dependencies: ["JSON", .product(name: "Crypto", package: "swift-crypto")]),
    .target(
      name: "CKernels",
      // The kernels are what a model waits for, in a debug build as well.
      cSettings: [.unsafeFlags(["-O3", "-fno-math-errno"])]),
    .target(name: "WorkerProtocol", dependencies: ["JSON", "Platform"]),
    .target(
      name: "NativeEngine",
      dependencies: ["CKernels", "ChatTemplate", "Checkpoint", "JSON", "Platform", "Tokenization", "WorkerProtocol"]),
    .target(name: "Measurements", dependencies: ["JSON", "Vocabulary"]),
    .executableTarget(
      name: "resident",
      dependencies: [
        "Checkpoint", "NativeEngine", "WorkerProtocol",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
