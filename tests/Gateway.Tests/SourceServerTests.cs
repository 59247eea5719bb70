using System.Text.Json;
using CommandBroker.Contracts;
using CommandBroker.Core;
using Xunit;

namespace CommandBroker.Gateway.Tests;

public sealed class SourceServerTests
{
    [Fact]
    public async Task Agent_registers_and_everything_it_says_besides_is_kept()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        Answer answer = (await host.SendAsync(
            "POST", "/v3/sources", """{"name":"web","os_type":"LINUX","ip":"10.0.0.7","id":"s1","networks":[{"mtu":1500.0}],"agent_version":"é"}""")).IsStamped();
        Assert.Equal((200, """{"id":"s1"}"""), (answer.Status, answer.Body));
        RegisterCall call = host.Grains.DirectoryGrain.Registered!;
        Assert.Equal(("s1", "web", "LINUX"), (call.ServerId, call.Name, call.OsType));
        Assert.Equal("""{"ip":"10.0.0.7","networks":[{"mtu":1500.0}],"agent_version":"é"}""", call.Details);
    }

    [Fact]
    public async Task Id_is_optional()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        Answer answer = await host.SendAsync("POST", "/v3/sources", """{"name":"web","os_type":"WINDOWS","id":null}""");
        Assert.Equal("0b1c", answer.Json.GetProperty("id").GetString());
        Assert.Null(host.Grains.DirectoryGrain.Registered!.ServerId);
    }

    [Theory]
    [InlineData("SMS.9001", """{"os_type":"LINUX"}""")]
    [InlineData("SMS.9001", """{"name":"","os_type":"LINUX"}""")]
    [InlineData("SMS.9001", """{"name":7,"os_type":"LINUX"}""")]
    [InlineData("SMS.9001", """{"name":"web"}""")]
    [InlineData("SMS.9001", """{"name":"web","os_type":"linux"}""")]
    [InlineData("SMS.9001", """{"name":"web","os_type":null}""")]
    [InlineData("SMS.9001", """{"name":"web","os_type":"LINUX","id":7}""")]
    [InlineData("SMS.9001", """{"name":"web","os_type":"LINUX","id":"a b"}""")]
    [InlineData("SMS.9001", """{"name":"web","os_type":"LINUX","id":"delete"}""")]
    [InlineData("SMS.9001", """{"name":"a\u0000b","os_type":"LINUX"}""")]
    [InlineData("SMS.9001", """{"name":"web","os_type":"LINUX","ip":"\u0000"}""")]
    [InlineData("SMS.9001", """{"name":"web","os_type":"LINUX","ip":"10.0.0.1\ud800"}""")]
    [InlineData("SMS.9001", """{"name":"web","os_type":"LINUX","disks":[{"n\u0000":1}]}""")]
    [InlineData("SMS.6010", """{"name":"web","os_type":"LINUX","\udc00":1}""")]
    [InlineData("SMS.6010", """{"name":"web",""")]
    [InlineData("SMS.6010", """{"name":"\ud800","os_type":"LINUX"}""")]
    [InlineData("SMS.6010", """{"name":"a","name":"b","os_type":"LINUX"}""")]
    [InlineData("SMS.6011", "[]")]
    [InlineData("SMS.6012", "")]
    public async Task Faulty_registration_is_refused(string code, string body)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        (await host.SendAsync("POST", "/v3/sources", body)).IsVendorError(400, code);
        Assert.Null(host.Grains.DirectoryGrain.Registered);
    }

    [Theory]
    [InlineData(64, 200)]
    [InlineData(65, 400)]
    public async Task Name_has_at_most_64_characters(int length, int status)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        string name = new('n', length);
        Assert.Equal(status, (await host.SendAsync("POST", "/v3/sources", $$"""{"os_type":"LINUX","name":"{{name}}"}""")).Status);
        Assert.Equal(status, (await host.SendAsync("PUT", "/v3/sources/s1", $$"""{"name":"{{name}}"}""")).Status);
    }

    [Theory]
    [InlineData(BrokerErrorReason.TooManySourceServers, 400, "SMS.6501")]
    [InlineData(BrokerErrorReason.StorageUnavailable, 503, "SMS.6301")]
    [InlineData(BrokerErrorReason.InvalidArgument, 400, "SMS.9001")]
    public async Task Refused_registration_has_the_vendors_code(BrokerErrorReason reason, int status, string code)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.DirectoryGrain.Failure = new BrokerException(reason, "No."));
        (await host.SendAsync("POST", "/v3/sources", """{"name":"web","os_type":"LINUX"}""")).IsVendorError(status, code);
    }

    [Fact]
    public async Task Show_tells_what_the_broker_and_the_agent_know()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
JsonElement never = (await host.SendAsync("GET", "/v3/sources/s1")).IsStamped().Json;
        Assert.False(never.TryGetProperty("last_visit_time", out _));
        Assert.Equal(("waiting", false, "10.0.0.7"), (never.GetProperty("state").GetString(), never.GetProperty("connected").GetBoolean(), never.GetProperty("ip").GetString()));

        host.Grains.DirectoryGrain.View = host.Grains.DirectoryGrain.View with { LastVisitAt = DateTimeOffset.FromUnixTimeMilliseconds(1_500), Connected = true };
        JsonElement visited = (await host.SendAsync("GET", "/v3/sources/s1")).Json;
        Assert.Equal((1_500, true), (visited.GetProperty("last_visit_time").GetInt64(), visited.GetProperty("connected").GetBoolean()));
        (await host.SendAsync("GET", "/v3/sources/s2")).IsVendorError(404, "SMS.7602");
    }

    [Fact]
    public async Task Row_of_old_with_text_that_cannot_be_stored_spoils_no_answer()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        host.Grains.DirectoryGrain.View = host.Grains.DirectoryGrain.View with { Details = """{"ip":"10.0.0.7","\udc00":"\u0000","n":["\ud83d\ude00\ud83d"]}""" };
        JsonElement shown = (await host.SendAsync("GET", "/v3/sources/s1")).IsStamped().Json;
        Assert.Equal(("10.0.0.7", "\U0001F600\uFFFD"), (shown.GetProperty("ip").GetString(), shown.GetProperty("n")[0].GetString()));
        Assert.Equal(200, (await host.OperateAsync("GET", "/v3/sources")).IsStamped().Status);
    }

    [Fact]
    public async Task Only_operators_learn_why_a_source_server_is_quarantined()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        host.Grains.DirectoryGrain.View = host.Grains.DirectoryGrain.View with { QuarantineReason = "row 3" };
        JsonElement agents = (await host.SendAsync("GET", "/v3/sources/s1")).Json;
        JsonElement operators = (await host.OperateAsync("GET", "/v3/sources/s1")).Json;
        Assert.Equal(("error", false), (agents.GetProperty("state").GetString(), agents.TryGetProperty("error_msg", out _)));
        Assert.Equal(("error", "row 3"), (operators.GetProperty("state").GetString(), operators.GetProperty("error_msg").GetString()));
    }

    [Fact]
    public async Task List_pages_and_filters()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        Answer answer = (await host.OperateAsync("GET", "/v3/sources?limit=1000&offset=5&state=error&name=we&region=x")).IsStamped();
        Assert.Equal(7, answer.Json.GetProperty("count").GetInt64());
        Assert.Equal("s1", answer.Json.GetProperty("source_servers")[0].GetProperty("id").GetString());
        Assert.Equal(
            new SourceServerQuery { Limit = 1_000, Offset = 5, Quarantined = true, NameContains = "we", ProjectId = ProjectId.DefaultValue }, host.Grains.DirectoryGrain.Query);
        foreach (string all in (string[])["", "?limit=0&offset=0", "?ip=&id=&state=&name=&connected=&enterprise_project_id=0"])
        {
            await host.OperateAsync("GET", "/v3/sources" + all);
            Assert.Equal(new SourceServerQuery { Limit = 200, ProjectId = ProjectId.DefaultValue }, host.Grains.DirectoryGrain.Query);
        }
    }

    [Fact]
    public async Task List_filters_by_what_the_vendor_documents()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();

        await host.OperateAsync("GET", "/v3/sources?id=s1&connected=False&ip=10.0.0.7&migproject=p-1&migration_cycle=checking&vm_id=v&ipv6=%3A%3A1");

        Assert.Equal(
            new SourceServerQuery
            {
                Limit = 200,
                ProjectId = ProjectId.DefaultValue,
                ServerId = "s1",
                Connected = false,
                Members = """{"ip":"10.0.0.7","ipv6":"::1","vm_id":"v","migration_cycle":"checking","migprojectid":"p-1"}""",
            },
            host.Grains.DirectoryGrain.Query);
    }

    [Theory]
    [InlineData("is_consistency_result_exist=true", 0)]
    [InlineData("is_consistency_result_exist=false", 7)]
    [InlineData("state=premiged", 0)]
    [InlineData("id=no%20id", 0)]
    [InlineData("name=nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn", 7)]
    public async Task Filters_that_nothing_can_match_are_no_fault(string query, int count)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        Assert.Equal(count, (await host.OperateAsync("GET", "/v3/sources?" + query)).IsStamped().Json.GetProperty("count").GetInt32());
    }

    [Theory]
    [InlineData("limit=1001")]
    [InlineData("limit=x")]
    [InlineData("limit=1&limit=2")]
    [InlineData("offset=-1")]
    [InlineData("state=running")]
    [InlineData("connected=maybe")]
    [InlineData("id=s1&id=s2")]
    [InlineData("ip=long")]
    [InlineData("ip=%00")]
    [InlineData("migproject=a%00b")]
    [InlineData("name=%00")]
    [InlineData("id=%00")]
    public async Task Faulty_query_is_refused(string query)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        query = query.Replace("long", new string('1', 256), StringComparison.Ordinal);
        (await host.OperateAsync("GET", "/v3/sources?" + query)).IsVendorError(400, "SMS.9001");
        Assert.Null(host.Grains.DirectoryGrain.Query);
    }

    [Fact]
    public async Task Rename_and_delete_answer_with_an_empty_object()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        Assert.Equal("{}", (await host.SendAsync("PUT", "/v3/sources/s1", """{"name":"db"}""")).IsStamped().Body);
        Assert.Contains("Rename s1 db", host.Grains.DirectoryGrain.Calls);
        Assert.Equal("{}", (await host.OperateAsync("DELETE", "/v3/sources/s1")).IsStamped().Body);
        Assert.Equal(["Delete"], host.Grains.Servers["s1"].Calls);
        Assert.Equal(0, host.Cache.Count);
        (await host.OperateAsync("DELETE", "/v3/sources/s2")).IsVendorError(404, "SMS.7602");
    }

    [Theory]
    [InlineData("""{"migprojectid":"p-1"}""", null, """{"migprojectid":"p-1"}""")]
    [InlineData("""{"disks":[{"size":1.50}],"volume_groups":[],"x":1}""", null, """{"disks":[{"size":1.50}],"volume_groups":[]}""")]
    [InlineData("""{"name":"db","disks":[],"migprojectid":null}""", "db", """{"disks":[]}""")]
    public async Task Any_documented_members_may_be_changed(string body, string? name, string members)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));

        Assert.Equal("{}", (await host.SendAsync("PUT", "/v3/sources/s1", body)).IsStamped().Body);

        Assert.Equal(new SourceServerChange { Name = name, Members = members }, host.Grains.DirectoryGrain.Changed);
        (await host.SendAsync("PUT", "/v3/sources/s2", body)).IsVendorError(404, "SMS.7602");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"name":null,"disks":null}""")]
    [InlineData("""{"state":"waiting"}""")]
    public async Task A_change_of_nothing_is_answered_for_what_is_registered(string body)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        Assert.Equal("{}", (await host.SendAsync("PUT", "/v3/sources/s1", body)).IsStamped().Body);
        (await host.SendAsync("PUT", "/v3/sources/s2", body)).IsVendorError(404, "SMS.7602");
        Assert.Null(host.Grains.DirectoryGrain.Changed);
    }

    [Theory]
    [InlineData("""{"name":""}""")]
    [InlineData("""{"name":7}""")]
    [InlineData("""{"migprojectid":7}""")]
    [InlineData("""{"disks":{}}""")]
    [InlineData("""{"name":"db","volume_groups":"none"}""")]
    [InlineData("""{"name":"\u0000"}""")]
    [InlineData("""{"migprojectid":"\u0000"}""")]
    [InlineData("""{"disks":[{"n":"\u0000"}]}""")]
    [InlineData("""{"disks":[{"\u0000":"n"}]}""")]
    [InlineData("""{"volume_groups":["\ud83d"]}""")]
    public async Task Faulty_change_is_refused(string body)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        (await host.SendAsync("PUT", "/v3/sources/s1", body)).IsVendorError(400, "SMS.9001");
        Assert.Empty(host.Grains.DirectoryGrain.Calls);
    }

    [Fact]
    public async Task Delete_is_refused_while_commands_are_open()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(
            grains => grains.Register("s1").Failure = new BrokerException(BrokerErrorReason.CommandsOutstanding, "2 commands are open."));
        (await host.OperateAsync("DELETE", "/v3/sources/s1")).IsVendorError(400, "SMS.7601");
    }

    [Fact]
    public async Task Batch_delete_names_those_that_stay_and_may_be_repeated()
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains =>
        {
            grains.Register("s1");
            grains.Register("s2").Failure = new BrokerException(BrokerErrorReason.CommandsOutstanding, "2 commands are open.");
        });
        Answer refused = (await host.OperateAsync("POST", "/v3/sources/delete", """{"ids":["gone","s2","s1"]}""")).IsVendorError(400, "SMS.7601");
        Assert.Contains("s2", refused.Body, StringComparison.Ordinal);
        Assert.Equal(["Delete"], host.Grains.Servers["s1"].Calls);
        host.Grains.Servers["s2"].Failure = null;
        Assert.Equal(200, (await host.OperateAsync("POST", "/v3/sources/delete", """{"ids":["gone","s2"]}""")).Status);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"ids":[]}""")]
    [InlineData("""{"ids":"s1"}""")]
    [InlineData("""{"ids":["s1",7]}""")]
    [InlineData("""{"ids":["s1","a b"]}""")]
    public async Task Faulty_batch_deletes_nothing(string body)
    {
        await using GatewayHost host = await GatewayHost.StartAsync(grains => grains.Register("s1"));
        (await host.OperateAsync("POST", "/v3/sources/delete", body)).IsVendorError(400, "SMS.9001");
        Assert.Empty(host.Grains.Servers["s1"].Calls);
    }
}
