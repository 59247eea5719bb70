using System.Net;
using CommandBroker.Gateway.Identity;
using CommandBroker.Identity.Signatures;
using Xunit;

namespace CommandBroker.Gateway.Tests;

public sealed class UnprovenPlacesTests
{
    private const int MaxCount = 4;
    private const long MaxBytes = 400_000;

    private readonly UnprovenPlaces _places = new(MaxCount, MaxBytes);

    [Fact]
    public void Address_with_most_bodies_makes_room_with_its_oldest()
    {
        UnprovenPlace lone = Enter(1), first = Enter(2), second = Enter(2), third = Enter(2);

        Assert.Equal([first], _places.Settle(new UnprovenPlace(Address(3)), 0));
        Assert.Equal([second], _places.Settle(new UnprovenPlace(Address(2)), 0));
        Assert.NotNull(lone.Node);
        Assert.NotNull(third.Node);
    }

    [Fact]
    public void Address_with_most_bytes_makes_room_when_they_are_too_many()
    {
        UnprovenPlace large = Enter(1, 250_000), small = Enter(2, 90_000), other = Enter(2, 50_000);

        Assert.Equal([large], _places.Settle(small, 110_000));
        Assert.Equal([], _places.Settle(other, 100_000));
        Assert.Equal((2, 210_000), (_places.Count, _places.Bytes));
    }

    [Fact]
    public void Among_equals_the_oldest_makes_room()
    {
        UnprovenPlace[] entered = [.. Enumerable.Range(1, MaxCount).Select(address => Enter(address))];

        Assert.Equal([entered[0]], _places.Settle(new UnprovenPlace(Address(9)), 0));
    }

    [Fact]
    public void Body_that_made_room_stays_out_and_may_be_removed_again()
    {
        UnprovenPlace[] entered = [.. Enumerable.Range(1, MaxCount + 1).Select(address => Enter(address))];

        Assert.Equal([], _places.Settle(entered[0], 10_000));
        _places.Remove(entered[0]);
        Assert.Equal((MaxCount, MaxCount * UnprovenPlaces.MinBytes), (_places.Count, _places.Bytes));
    }

    [Fact]
    public void Body_that_is_alone_may_be_of_any_length()
    {
        Enter(1, 2 * MaxBytes);
        Assert.Equal((1, 2 * MaxBytes), (_places.Count, _places.Bytes));
        Assert.Single(_places.Settle(new UnprovenPlace(Address(2)), 0));
        Assert.Equal((1, UnprovenPlaces.MinBytes), (_places.Count, _places.Bytes));
    }

    [Fact]
    public void Bounds_hold_and_the_sums_are_right_whatever_comes()
    {
        var random = new Random(5);
        List<UnprovenPlace> known = [];
        for (int step = 0; step < 20_000; step++)
        {
            if (known.Count == 0 || random.Next(3) == 0)
            {
                known.Add(new UnprovenPlace(Address(random.Next(6))));
            }

            UnprovenPlace place = known[random.Next(known.Count)];
            if (random.Next(4) == 0)
            {
                _places.Remove(place);
            }
            else
            {
                Assert.All(_places.Settle(place, place.Bytes + random.Next(150_000)), one => Assert.Null(one.Node));
            }

            UnprovenPlace[] here = [.. known.Where(one => one.Node is not null)];
            Assert.Equal((here.Length, here.Sum(one => one.Bytes)), (_places.Count, _places.Bytes));
            Assert.InRange(_places.Count, 0, MaxCount);
            Assert.True(_places.Bytes <= MaxBytes || _places.Count == 1);
            known.RemoveAll(one => one is { Number: > 0, Node: null } && random.Next(2) == 0);
        }
    }

    private UnprovenPlace Enter(int address, long came = 0)
    {
        var place = new UnprovenPlace(Address(address));
        _places.Settle(place, came);
        return place;
    }

    private static ClientAddress Address(int number) => ClientAddress.From(new IPAddress([192, 0, 2, (byte)number]));
}
