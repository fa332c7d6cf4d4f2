// What tests of labelled text share: GLUE's files where they are, and files that are damaged.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "roformer/base/random.h"
#include "tests/base/test_files.h"

namespace roformer::tests {

/// ../shared/data/glue beside the checkout; empty where it is not there.
inline std::filesystem::path glue_folder() {
  const auto here = std::filesystem::absolute(__FILE__).lexically_normal();
  const auto root = here.parent_path().parent_path().parent_path();
  const auto folder = root.parent_path() / "shared" / "data" / "glue";
  return std::filesystem::is_directory(folder) ? folder : std::filesystem::path();
}

/// One of some damages to a text, by its number.
inline std::string damaged(std::string text, std::uint64_t number) {
  constexpr std::string_view bytes = "\t\n\r\",\\{}[]:x\x80\xE2 0";
  const std::uint64_t damages = 1 + base::uniform_below(number, 0, 4);
  for (std::uint64_t i = 0; i < damages && !text.empty(); ++i) {
    const auto draw = [&](std::uint64_t use, std::size_t bound) {
      return base::uniform_below(base::derive(number, i), use, bound);
    };
    const std::size_t at = draw(0, text.size());
    const char byte = bytes[draw(1, bytes.size())];
    switch (draw(2, 5)) {
      case 0:
        text[at] = byte;
        break;
      case 1:
        text.insert(at, 1, byte);
        break;
      case 2:
        text.erase(at, 1 + draw(3, 8));
        break;
      case 3:
        text.resize(at);
        break;
      default:
        text.insert(at, text.substr(draw(3, text.size()), 1 + draw(4, 40)));
    }
  }
  return text;
}

/// Reads 300 damaged copies of a file's text: each is read or refused by an Error of ours.
inline void expect_read_or_refused(std::string_view name, const std::string& text,
                                   const std::function<void(const std::filesystem::path&)>& read) {
  const TestFolder folder;
  int refused = 0;
  constexpr std::uint64_t copies = 300;
  for (std::uint64_t copy = 0; copy < copies; ++copy) {
    const auto file = folder.write(name, damaged(text, copy));
    try {
      read(file);
    } catch (const Error& error) {
      ++refused;
      EXPECT_TRUE(has_text(error.what(), file.string())) << error.what();
    } catch (const std::exception& other) {
      ADD_FAILURE() << "copy " << copy << ": " << other.what();
    }
  }
  EXPECT_GT(refused, 0) << "damage that is never noticed is none";
}

}  // namespace roformer::tests
