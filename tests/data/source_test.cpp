#include <gradus/data/source.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>

#include "data/idx_reading.h"
#include "support/sanitizer.h"

namespace gradus::data {
namespace {

using test::Bytes;
using test::expect_error;
using test::idx_counting;
using test::read;
using test::TempFolder;

TEST(IdxFile, is_read_whatever_its_name_and_through_a_link) {
  const TempFolder folder;
  const Bytes bytes = idx_counting({3, 5});
  const std::vector<std::string> paths = {folder.write("plain", bytes),
                                          folder.write("plain.gz", bytes),
                                          folder.write("compressed", test::gzip_stored(bytes)),
                                          folder.write("compressed.gz", test::gzip_stored(bytes))};
  std::filesystem::create_symlink(paths[2], folder / "link");
  for (const std::string& path : paths) {
    EXPECT_EQ(read_idx(path).to_vector<std::uint8_t>(), read(bytes).to_vector<std::uint8_t>());
  }
  EXPECT_EQ(read_idx(folder / "link").shape(), (Shape{3, 5}));
}

TEST(IdxFile, says_in_its_header_what_will_be_read) {
  const TempFolder folder;
  const std::pair<int, int> types_and_sizes[] = {{0x08, 1}, {0x09, 1}, {0x0B, 2},
                                                 {0x0C, 4}, {0x0D, 4}, {0x0E, 8}};
  for (const auto& [type, size] : types_and_sizes) {
    const Bytes bytes = test::idx_header(type, {3, 1, 2}) + Bytes(6U * unsigned(size), '\0');
    for (const Bytes& file : {bytes, test::gzip_stored(bytes)}) {
      const std::string path = folder.write("data", file);
      const IdxHeader header = read_idx_header(path);
      EXPECT_EQ(header.dtype, read_idx(path).dtype()) << type;
      EXPECT_EQ(header.shape, (Shape{3, 1, 2}));
    }
  }
}

TEST(IdxFile, that_is_wrong_is_refused_by_its_header_in_the_words_of_read_idx) {
  const TempFolder folder;
  const Bytes good = idx_counting({3, 5});
  Bytes unknown = good;
  unknown[2] = 0x0A;
  const Bytes few = test::idx_header(0x08, {3, 6}) + good.substr(12);
  for (const Bytes& bytes : {Bytes(), good.substr(0, 11), good.substr(0, 20), good + '!', unknown,
                             few, test::gzip_stored(good.substr(0, 7))}) {
    const std::string path = folder.write("data", bytes);
    std::string text;
    try {
      read_idx(path);
    } catch (const FileError& error) {
      text = error.what();
    }
    EXPECT_NE(text, "");
    expect_error<FileError>([&] { read_idx_header(path); }, text);
  }
  // What lies behind the header of compressed data is not looked at.
  const std::string cut = folder.write("cut.gz", test::gzip_stored(good.substr(0, 20)));
  EXPECT_EQ(read_idx_header(cut).shape, (Shape{3, 5}));
  EXPECT_THROW(read_idx(cut), FileError);
}

TEST(IdxFile, that_cannot_be_opened_says_why) {
  const TempFolder folder;
  expect_error<FileError>(
      [&] { read_idx(folder / "none"); },
      "read_idx: " + folder.path() +
          "/none must open for reading, got No such file or directory; is its name right?");
  expect_error<FileError>(
      [&] { read_idx(folder.write("file", "") + "/below"); },
      "read_idx: " + folder.path() +
          "/file/below must open for reading, got Not a directory; is its name right?");
  expect_error<FileError>(
      [&] { read_idx(folder.path()); },
      "read_idx: " + folder.path() + " must be a regular file, got a directory");
  expect_error<FileError>(
      [] { read_idx(""); },
      "read_idx:  must open for reading, got No such file or directory; is its name right?");
  expect_error<FileError>([] { read_idx("/dev/zero"); },
                          "read_idx: /dev/zero must be a regular file, got a device or socket");
  expect_error<FileError>([] { read_idx(Bytes("a\0b", 3)); },
                          "read_idx: a file name must be without zero bytes, got one after "
                          "\"a\"");
  EXPECT_THROW(read_idx(folder / Bytes(5000, 'x')), FileError);
  std::filesystem::create_symlink(folder / "loop", folder / "loop");
  EXPECT_THROW(read_idx(folder / "loop"), FileError);
  expect_error<FileError>(
      [&] { read_idx(folder.write("empty", "")); },
      "read_idx: " + folder.path() + "/empty must be an IDX file, got an empty one");
}

TEST(IdxFile, without_permission_says_so) {
  const TempFolder folder;
  const std::string path = folder.write("secret", idx_counting({3}));
  ASSERT_EQ(::chmod(path.c_str(), 0), 0);
  const bool root = ::geteuid() == 0;
  ASSERT_TRUE(!root || ::seteuid(65534) == 0);
  try {
    read_idx(path);
    ADD_FAILURE() << "the file was read";
  } catch (const FileError& error) {
    EXPECT_EQ(error.what(), "read_idx: " + path +
                                " must open for reading, got Permission denied; who may read it?");
  }
  ASSERT_TRUE(!root || ::seteuid(0) == 0);
}

// A reader that waits does so for ever, and the time limit of the test ends it.
TEST(IdxFile, a_pipe_is_refused_without_waiting_for_a_writer) {
  const TempFolder folder;
  const std::string path = folder / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  expect_error<FileError>([&] { read_idx(path); },
                          "read_idx: " + path + " must be a regular file, got a pipe");
}

// The kernel refuses to read the first page of a process: a read error on a regular file.
TEST(IdxFile, a_read_error_is_reported) {
  if (!std::filesystem::exists("/proc/self")) {
    GTEST_SKIP() << "/proc is not mounted";
  }
  expect_error<FileError>([] { read_idx("/proc/self/mem"); },
                          "read_idx: /proc/self/mem must be readable to its end, got Input/output "
                          "error after byte 0");
}

std::ptrdiff_t open_descriptors() {
  const std::filesystem::directory_iterator entries("/proc/self/fd");
  return std::distance(begin(entries), end(entries));
}

TEST(IdxFile, ten_thousand_reads_leave_no_descriptor_open) {
  if (!std::filesystem::exists("/proc/self")) {
    GTEST_SKIP() << "/proc is not mounted";
  }
  const TempFolder folder;
  const std::string paths[] = {folder.write("good", idx_counting({3})), folder.path(),
                               folder.write("short", idx_counting({3}).substr(0, 9)),
                               folder.write("broken.gz", test::kGzipHeader), folder / "none"};
  const std::ptrdiff_t before = open_descriptors();
  for (int round = 0; round < 2000; ++round) {
    EXPECT_EQ(read_idx(paths[0]).numel(), 3);
    for (int bad = 1; bad < 5; ++bad) {
      EXPECT_THROW(read_idx(paths[bad]), FileError);
    }
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST(IdxFile, without_a_free_descriptor_says_so) {
  if (test::kAddressSanitizer || test::kUndefinedBehaviorSanitizer) {
    GTEST_SKIP() << "UBSan needs a descriptor to look at an object's type";
  }
  const TempFolder folder;
  const std::string path = folder.write("good", idx_counting({3}));
  rlimit limit = {};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit none = {0, limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  std::string message;
  try {
    read_idx(path);
  } catch (const FileError& error) {
    message = error.what();
  }
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(message, "read_idx: " + path + " must open for reading, got Too many open files");
  EXPECT_EQ(read_idx(path).numel(), 3);
}

TEST(ReadAll, names_the_bytes_that_are_missing) {
  MemorySource source("abc", 3);
  char to[5];
  test::expect_error<FileError>(
      [&] { read_all(source, to, 5, "x"); },
      "x must stay as it is while it is read, got 2 bytes less than it had");
}

// The clock of a file system goes on every few milliseconds.
TEST(FileSource, sees_that_its_file_was_changed_even_to_the_same_size) {
  const TempFolder folder;
  const std::string path = folder.write("file", "before");
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const std::string error =
      "label must stay as it is while it is read, got other bytes meanwhile; read it again when "
      "it is complete";
  FileSource same(path, "label");
  same.require_unchanged();
  std::filesystem::rename(path, folder / "moved");  // as a writer does that replaces it
  folder.write("file", "behind");
  same.require_unchanged();
  for (const char* const other : {"behind", "before and more", ""}) {
    FileSource file(folder / "moved", "label");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    folder.write("moved", other);
    expect_error<FileError>([&] { file.require_unchanged(); }, error);
  }
}

void overwrite(const std::string& path, std::size_t at, const Bytes& bytes) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(at));
  file << bytes;
}

// A second thread writes another array into the file, from its end on, all the time.  Meanwhile the
// file is no IDX file, and the clock goes on before each change: every mixture can be seen.
TEST(ThreadsIdxFile, that_changes_while_it_is_read_gives_an_array_or_an_error) {
  constexpr std::size_t kPart = 500'000;
  const TempFolder folder;
  const std::string path =
      folder.write("changing", test::idx_header(0x0B, {1'000'000}) + Bytes(4 * kPart, '\0'));
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  read_idx(path);
  const auto pause = std::max<Clock::duration>(std::chrono::milliseconds(25),
                                               3 * (Clock::now() - start));  // so that some succeed
  std::atomic<bool> stop = false;
  std::thread changer([&] {
    for (int change = 1; change <= 15; ++change) {
      std::this_thread::sleep_for(pause);
      overwrite(path, 0, "!");
      for (const std::size_t part : {3U, 2U, 1U, 0U}) {
        overwrite(path, 8 + part * kPart, Bytes(kPart, static_cast<char>(change)));
      }
      std::this_thread::sleep_for(pause);
      overwrite(path, 0, Bytes(1, '\0'));
    }
    stop = true;
  });
  int whole = 0, refused = 0;
  while (!stop) {
    try {
      const std::vector<std::int64_t> x = read_idx(path).to_vector<std::int64_t>();
      EXPECT_EQ(std::count(x.begin(), x.end(), x.at(0)), 1'000'000);
      ++whole;
    } catch (const FileError&) {
      ++refused;
    }
  }
  changer.join();
  EXPECT_GT(whole, 0);
  EXPECT_GT(refused, 0);
  std::printf("%d times an array, %d times an error\n", whole, refused);
}

}  // namespace
}  // namespace gradus::data
