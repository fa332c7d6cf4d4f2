#include "roformer/base/file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/base/test_files.h"
#include "tests/base/variable.h"

namespace roformer::base {
namespace {

using tests::error_message;
using tests::has_text;

TEST(Files, RoundTripOfAllSizes) {
  const tests::TestFolder folder;
  for (const std::size_t size : {0u, 1u, 65535u, 65536u, 65537u, 1000000u}) {
    std::string content(size, '\0');
    for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>(i * 31);
    const auto path = folder.write("file", content);
    EXPECT_EQ(read_file(path), content);
    const MappedFile mapped(path);
    EXPECT_EQ(mapped.view(), content);
  }
}

TEST(Files, FailedWriteLeavesTheOldFile) {
  const tests::TestFolder folder;
  const auto path = folder.write("file", "old");
  EXPECT_THROW(write_file_atomically(path,
                                     [](const Append& append) {
                                       append("new", 3);
                                       throw Error("stop");
                                     }),
               Error);
  EXPECT_EQ(read_file(path), "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(Files, ErrorsNameThePath) {
  const tests::TestFolder folder;
  EXPECT_TRUE(has_text(error_message([&] { read_file(folder.file("absent.txt")); }), "absent.txt"));
  EXPECT_TRUE(
      has_text(error_message([&] { MappedFile(folder.file("absent.txt")); }), "absent.txt"));
  EXPECT_TRUE(has_text(error_message([&] { read_file(folder.path()); }), "folder"));
  EXPECT_TRUE(has_text(error_message([&] { write_file_atomically(folder.file("no/such"), "x"); }),
                       "no/such"));
}

TEST(Folders, AreMadeWithThoseAboveThem) {
  const tests::TestFolder folder;
  make_folder(folder.path() / "a" / "b");
  make_folder(folder.path() / "a" / "b", "--out");  // it may be there
  EXPECT_TRUE(std::filesystem::is_directory(folder.path() / "a" / "b"));
  const auto file = folder.write("file", "");
  const auto message = [&](std::string_view option) {
    return tests::error_message([&] { make_folder(file, option); });
  };
  EXPECT_TRUE(tests::has_text(message("--out"), "make the folder " + file.string() + " (--out): "));
  EXPECT_TRUE(tests::has_text(message({}), "make the folder " + file.string() + ": "));
}

TEST(CacheFolder, TheFirstOfThreePlaces) {
  const tests::Variable home("HOME", "/home/someone");
  {
    const tests::Variable cache("XDG_CACHE_HOME", "/caches");
    EXPECT_EQ(default_cache_folder(), "/caches/roformer");
  }
  for (const char* unset : {"", static_cast<const char*>(nullptr)}) {
    const tests::Variable cache("XDG_CACHE_HOME", unset);
    EXPECT_EQ(default_cache_folder(), "/home/someone/.cache/roformer");
    const tests::Variable no_home("HOME", unset);
    const auto own = default_cache_folder();
    EXPECT_EQ(own, std::filesystem::temp_directory_path() /
                       ("roformer-cache-" + std::to_string(::geteuid())));
    const auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
    EXPECT_EQ(std::filesystem::status(own).permissions() & others, std::filesystem::perms::none);
  }
}

}  // namespace
}  // namespace roformer::base
