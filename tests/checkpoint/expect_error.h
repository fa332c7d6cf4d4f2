// Expects roformer::Error whose message holds certain words.
#pragma once
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "roformer/base/error.h"

namespace roformer::checkpoint {

template <typename Function>
void expect_error(std::initializer_list<const char*> words, Function&& function) {
  try {
    function();
    ADD_FAILURE() << "expected an error with '" << *words.begin() << "' but got none";
  } catch (const Error& error) {
    const std::string message = error.what();
    for (const char* word : words)
      EXPECT_NE(message.find(word), std::string::npos) << word << " in: " << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  }
}

}  // namespace roformer::checkpoint
