// The main function of every Boost.Test suite.
#define BOOST_TEST_MODULE reprise
#include <boost/test/unit_test.hpp>
